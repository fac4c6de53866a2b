import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import { kindName } from "#cli/runs/asked.ts";
import { figuresLines } from "#cli/runs/figures-lines.ts";
import { withSettings } from "#cli/with-settings.ts";
import { failure } from "#core/failure.ts";
import { type RunListing, runListing } from "#core/replay/run-listing.ts";

/** `runs list`: proposals and what became of them, and replays. */
export async function listRuns(options: CommonOptions): Promise<void> {
  const listed = await withSettings(options, async ({ settings }) => {
    await settings.caughtUp();
    return runListing(settings.state());
  });
  screenOf(options).table(
    listed,
    [
      { title: "proposal", text: ({ proposal, request }: RunListing) => proposal?.id ?? request?.id ?? "-" },
      { title: "run", text: ({ run }) => run?.id ?? "-" },
      { title: "kind", text: ({ kind }) => kindName(kind) },
      { title: "from", text: ({ from }) => from },
      { title: "to", text: ({ to }) => to },
      { title: "state", text: ({ state }) => state.replace("_", " ") },
      {
        title: "changed",
        text: ({ run, proposal }) => String(run?.figures?.changed ?? proposal?.figures.changed ?? "-"),
        align: "right",
      },
      { title: "USD", text: ({ proposal }) => proposal?.figures.change_usd ?? "-", align: "right" },
    ],
    listed,
  );
}

/** `runs show`: one, by the id of its proposal or of its run. */
export async function showRun(id: string, options: CommonOptions): Promise<void> {
  const listed = await withSettings(options, async ({ settings }) => {
    await settings.caughtUp();
    return runListing(settings.state());
  });
  const found = listed.find(
    ({ request, proposal, run }) => request?.id === id || proposal?.id === id || run?.id === id,
  );
  if (found === undefined)
    throw id.startsWith("run-") ? failure("RUN_UNKNOWN", { id }) : failure("PROPOSAL_UNKNOWN", { id });
  const { request, proposal, run, state, kind } = found;
  const detail = proposal?.detail ?? request?.detail ?? null;
  screenOf(options).answer(found, [
    `${[request?.id, proposal?.id, run?.id].filter((one) => one !== undefined).join(", ")}: ${kindName(kind)}, ${state.replaceAll("_", " ")}`,
    ...(detail === null ? [] : [detail]),
    ...(proposal === null
      ? []
      : [
          `asked for by ${proposal.requested_by}${proposal.approved_by === null ? "" : `, approved by ${proposal.approved_by}`}`,
          `calls from ${proposal.from} to ${proposal.to}; settings of offset ${proposal.settings_offset}`,
          ...Object.entries(proposal.scope).flatMap(([name, list]) =>
            list.length === 0 ? [] : [`${name.replace("_", " ")}: ${list.join(", ")}`],
          ),
          ...figuresLines(proposal.figures),
        ]),
  ]);
}
