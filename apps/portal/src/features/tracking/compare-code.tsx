"use client";

import { useQuery } from "@tanstack/react-query";
import { Badge, EmptyState, Notice, Select, Time } from "@trellis/ui";
import { DiffView } from "@trellis/ui/diff";
import { DataTable } from "@trellis/ui/table";
import { FileDiff } from "lucide-react";
import { parseAsString, useQueryStates } from "nuqs";
import { PageFrame } from "@/features/shell";
import { type Outputs, useTRPC } from "@/live/trpc";
import type { Side } from "./compare-model";

type CommitComparison = Outputs["catalog"]["compareCommits"];

/** Files and locked packages that differ between the commits of two columns. */
export function CompareCode({ sides }: { sides: Side[] }) {
  const [{ from, to }, setEnds] = useQueryStates({ from: parseAsString, to: parseAsString }, { history: "replace" });
  const known = sides.filter((side) => side.code !== null);
  const before = known.find((side) => side.id === from) ?? known[0];
  const after = known.find((side) => side.id === to) ?? known.find((side) => side.id !== before?.id && side.code?.commit !== before?.code?.commit) ?? known[1];
  if (!before?.code || !after?.code)
    return (
      <EmptyState icon={FileDiff} title="The code is not known" compact>
        Pipelines record their commit by themselves; a notebook in a git folder sends it with each run.
      </EmptyState>
    );
  const options = known.map((side) => ({ value: side.id, label: `${side.label} (${side.code?.commit.slice(0, 8) ?? ""})` }));
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {known.length > 2 ? (
        <div className="flex flex-wrap items-center gap-2 text-sm text-ink-2">
          From
          <Select size="sm" label="From" options={options} value={before.id} onValueChange={(id) => void setEnds({ from: id })} />
          to
          <Select size="sm" label="To" options={options} value={after.id} onValueChange={(id) => void setEnds({ to: id })} />
        </div>
      ) : null}
      {before.code.commit === after.code.commit && before.code.project === after.code.project ? (
        <Notice tone="ok">{`Both are of commit ${before.code.commit.slice(0, 10)}: the same code and the same environment.`}</Notice>
      ) : (
        <Changes from={before.code} to={after.code} />
      )}
    </div>
  );
}

type Place = { project: string; commit: string };

function Changes({ from, to }: { from: Place; to: Place }) {
  const trpc = useTRPC();
  const changes = useQuery(
    trpc.catalog.compareCommits.queryOptions(
      { fromProject: from.project, fromCommit: from.commit, toProject: to.project, toCommit: to.commit },
      { staleTime: Number.POSITIVE_INFINITY },
    ),
  );
  return (
    <PageFrame query={changes}>
      {(data) => (
        <>
          <p className="m-0 text-sm text-ink-2">
            <Commit info={data.from} /> to <Commit info={data.to} />: {summary(data)}
          </p>
          {data.packages.length > 0 ? <Packages packages={data.packages} /> : null}
          {data.files.map((file) => (
            <div key={file.path} className="min-w-0 rounded-md border border-line bg-surface">
              {file.hidden ? (
                <div className="flex items-center gap-2 px-3 py-2 text-sm">
                  <span className="min-w-0 truncate font-mono">{file.path}</span>
                  <Badge>{file.change}</Badge>
                  <span className="ml-auto text-xs text-ink-2">{file.hidden === "binary" ? "Not text" : "Too long to show"}</span>
                </div>
              ) : (
                <DiffView
                  path={file.path}
                  before={file.before ?? ""}
                  after={file.after ?? ""}
                  right={file.change === "changed" ? null : <Badge>{file.change}</Badge>}
                />
              )}
            </div>
          ))}
          {data.total > data.files.length ? (
            <p className="m-0 text-sm text-ink-2">{`${data.total - data.files.length} more files differ. Clone the project to see them all.`}</p>
          ) : null}
        </>
      )}
    </PageFrame>
  );
}

function Commit({ info }: { info: CommitComparison["from"] }) {
  return (
    <>
      <span className="font-mono text-ink">{info.commit.slice(0, 10)}</span> ({info.message.split("\n")[0]}, {info.authorName}, <Time at={info.at} />)
    </>
  );
}

function summary({ total, packages }: CommitComparison): string {
  const files = total === 0 ? "no file differs" : total === 1 ? "1 file differs" : `${total} files differ`;
  return `${files}, ${packages.length === 0 ? "the same packages" : packages.length === 1 ? "1 package differs" : `${packages.length} packages differ`}.`;
}

function Packages({ packages }: { packages: CommitComparison["packages"] }) {
  return (
    <div className="rounded-md border border-line bg-surface">
      <DataTable
        label="Packages that differ"
        rows={packages}
        rowKey={(row) => row.name}
        density="compact"
        csvName="packages"
        columns={[
          { id: "name", header: "Package", mono: true, cell: (row) => row.name, sort: (row) => row.name },
          { id: "before", header: "From", mono: true, cell: (row) => (row.before === null ? "–" : row.before || "any"), csv: (row) => row.before },
          { id: "after", header: "To", mono: true, cell: (row) => (row.after === null ? "–" : row.after || "any"), csv: (row) => row.after },
          {
            id: "change",
            header: "Change",
            cell: (row) => (row.before === null ? "added" : row.after === null ? "removed" : "version"),
            csv: (row) => (row.before === null ? "added" : row.after === null ? "removed" : "version"),
          },
        ]}
      />
    </div>
  );
}
