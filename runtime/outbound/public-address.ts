import { BlockList, isIP } from "node:net";

/**
 * What is no place of the public internet by the special-purpose registries of IANA (RFC 6890): this host and network,
 * private, shared (CGNAT), loopback, link-local with the metadata services of clouds, documentation, benchmarks,
 * 6to4 relays, multicast and reserved.
 */
const CLOSED_V4 = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"],
  ...["192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4"],
];
/** Of the one range that is handed out to the public: protocols with Teredo, documentation, 6to4. */
const CLOSED_V6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];
/** Cloud metadata by IPv6 lies in fd00::/8 and so outside of this, as loopback, link-local and multicast do. */
const GLOBAL_V6 = blockList(["2000::/3"]);
const CLOSED = blockList([...CLOSED_V4, ...CLOSED_V6]);

/** Whether an IP address is one of the public internet: where a receiver may be without being allowed by name. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !CLOSED.check(address, "ipv4");
  // With a zone it is of one link.
  if (version !== 6 || address.includes("%")) return false;
  // What a network without IPv4 makes of an IPv4 address (RFC 6052) is as good as that one.
  const translated = afterWellKnownPrefix(address);
  if (translated !== null) return isPublicAddress(translated);
  return GLOBAL_V6.check(address, "ipv6") && !CLOSED.check(address, "ipv6");
}

/** The IPv4 address in `64:ff9b::/96`; null: it is none of those. */
function afterWellKnownPrefix(address: string): string | null {
  // As a URL has it: lower case, no dots, without leading zeros.
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^64:ff9b::(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})?$/.exec(shortest) ?? [];
  if (!shortest.startsWith("64:ff9b::") || low === undefined) return null;
  const [upper, lower] = [Number.parseInt(high ?? "0", 16), Number.parseInt(low, 16)];
  return [upper >> 8, upper & 255, lower >> 8, lower & 255].join(".");
}

/** A list of networks in the notation `address/bits`. */
export function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits = ""] = network.split("/");
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return list;
}
