import { type BlockList, isIP } from "node:net";
import { failure } from "#core/failure.ts";
import type { AllowedPlace } from "#runtime/config/receiver-settings.ts";
import { blockList, isPublicAddress } from "#runtime/outbound/public-address.ts";

const PORTS = { "https:": 443, "http:": 80 } as const;

/** A place that may be reached, once the addresses of its host are known. */
export interface CheckedUrl {
  readonly url: URL;
  /** Without the brackets of IPv6; what is asked for in the DNS. */
  readonly host: string;
  readonly port: number;
  /** @throws failure RECEIVER_PLACE_REFUSED where one of them is not allowed */
  checkAddresses(addresses: readonly string[]): void;
}

/**
 * Whether a URL may be reached at all: https on port 443, and what the operator allows by name. Hosts are compared as
 * the URL standard reads them, which turns `0xA9FEA9FE`, `169.254.43518` and full-width digits into plain addresses.
 *
 * @throws failure RECEIVER_PLACE_REFUSED
 */
export function createPlaceCheck(allow: readonly AllowedPlace[]): (text: string) => CheckedUrl {
  const networks = blockList(
    allow.flatMap((place) => (place.kind === "network" ? [`${place.address}/${place.prefix}`] : [])),
  );
  return (text) => {
    const url = URL.parse(text);
    const protocol = url?.protocol;
    if (url === null || (protocol !== "https:" && protocol !== "http:"))
      throw refused("its address", "it is no http or https address");
    const place = url.origin;
    if (url.username !== "" || url.password !== "") throw refused(place, "its address has a user in it");
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const port = url.port === "" ? PORTS[protocol] : Number(url.port);
    const isNamed = allow.some(
      (allowed) =>
        allowed.kind === "host" &&
        sameHost(allowed.host, url.hostname) &&
        (allowed.port === port || (allowed.port === null && (port === 443 || port === 80))),
    );
    if (!isNamed && protocol !== "https:") throw refused(place, "http is not encrypted");
    if (!isNamed && port !== 443) throw refused(place, `port ${port}`);
    return {
      url,
      host,
      port,
      checkAddresses: (addresses) => {
        const closed = addresses.find((address) => !isPublicAddress(address) && !inside(networks, address));
        if (closed === undefined || isNamed) return;
        throw refused(place, closed === host ? "the address is not public" : `its address is ${closed}`);
      },
    };
  };
}

/** A dot at the end says of a name that nothing is to be added to it. */
function sameHost(one: string, other: string): boolean {
  return one.replace(/\.$/, "") === other.replace(/\.$/, "");
}

function inside(networks: BlockList, address: string): boolean {
  const version = isIP(address);
  // An address with a zone is no address to a list.
  return version !== 0 && !address.includes("%") && networks.check(address, version === 6 ? "ipv6" : "ipv4");
}

function refused(place: string, reason: string): Error {
  return failure("RECEIVER_PLACE_REFUSED", { place, reason });
}
