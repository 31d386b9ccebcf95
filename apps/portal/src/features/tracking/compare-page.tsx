"use client";

import { useQuery } from "@tanstack/react-query";
import { Badge, Button, Card, EmptyState, Finding, IconButton, IdChip, PageHeader, Skeleton, Tabs, TextLink } from "@trellis/ui";
import { GitCompareArrows, MoveLeft, X } from "lucide-react";
import dynamic from "next/dynamic";
import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { type ReactNode, useState } from "react";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { useTRPC } from "@/live/trpc";
import { AddSide } from "./add-side";
import { comparisonFinding, comparisonOfRuns, comparisonOfVersions, dataIdentity, sameEverywhere, type Comparison, type Side } from "./compare-model";
import { CompareSignature } from "./compare-signature";
import { LazyMetricCharts } from "./lazy-metric-charts";
import { MetricCell, SideHead, ValuesTable } from "./values-table";

const CompareCode = dynamic(() => import("./compare-code").then((module) => module.CompareCode), { ssr: false, loading: () => <Skeleton lines={8} /> });

const TABS = ["metrics", "curves", "params", "origin", "signature", "code"] as const;
const MAX_SIDES = { run: 50, version: 10 };
/** More chips than this would push what is compared off the page. */
const SIDES_AT_FIRST = 12;
const NO_RUN = "00000000-0000-0000-0000-000000000000";

/** Runs or versions side by side; which, in what order and which part is in the address. */
export function ComparePage() {
  useCrumbs({ label: "Compare" });
  const [state] = useSides();
  if (state.versions.length > 0) return <CompareVersions versionIds={state.versions} />;
  if (state.runs.length > 0) return <CompareRuns runIds={state.runs} />;
  return (
    <EmptyState icon={GitCompareArrows} title="Nothing to compare yet" action={<TextLink href="/experiments">Go to the experiments</TextLink>}>
      Choose runs in the table of an experiment, or versions on the page of a model, and press Compare.
    </EmptyState>
  );
}

function useSides() {
  return useQueryStates({
    runs: parseAsArrayOf(parseAsString).withDefault([]),
    versions: parseAsArrayOf(parseAsString).withDefault([]),
    tab: parseAsStringLiteral(TABS).withDefault("metrics"),
  });
}

function CompareRuns({ runIds }: { runIds: string[] }) {
  const trpc = useTRPC();
  const compared = useQuery(trpc.tracking.compareRuns.queryOptions({ runIds }, { placeholderData: (before) => before }));
  return <PageFrame query={compared}>{(data) => <CompareDetail comparison={comparisonOfRuns(data)} />}</PageFrame>;
}

function CompareVersions({ versionIds }: { versionIds: string[] }) {
  const trpc = useTRPC();
  const compared = useQuery(trpc.registry.compare.queryOptions({ versionIds }, { placeholderData: (before) => before }));
  const runIds = compared.data?.versions.flatMap((version) => (version.runId ? [version.runId] : [])) ?? [];
  const runs = useQuery({ ...trpc.tracking.compareRuns.queryOptions({ runIds: runIds.length > 0 ? runIds : [NO_RUN] }), enabled: runIds.length > 0 });
  return <PageFrame query={compared}>{(data) => <CompareDetail comparison={comparisonOfVersions(data, runs.data)} />}</PageFrame>;
}

function CompareDetail({ comparison }: { comparison: Comparison }) {
  const trpc = useTRPC();
  const [state, setState] = useSides();
  const { sides, noun } = comparison;
  useLive(sides.length > 0 && noun === "run" ? `run:${sides[0]?.id ?? ""}` : null, trpc.tracking.compareRuns.pathKey());
  const ids = sides.map((side) => side.id);
  const shared = new Set(sides.length > 1 ? sides.map((side) => side.detail) : []);
  const setIds = (next: string[]): void => void setState(noun === "run" ? { runs: next } : { versions: next });
  const chartRuns = sides.flatMap((side, place) => (side.runId ? [{ id: side.runId, name: side.label, color: side.color, quiet: place >= 8 }] : []));
  const differing = (rows: { differs: boolean }[]): number => rows.filter((row) => row.differs).length;
  const tabs = [
    { value: "metrics", label: "Metrics", count: differing(comparison.metrics) },
    { value: "curves", label: "Curves", count: comparison.curves.length },
    { value: "params", label: "Parameters", count: differing([...comparison.params, ...comparison.tags]) },
    { value: "origin", label: "Data and environment" },
    ...(noun === "version" ? [{ value: "signature", label: "Signature" }] : []),
    { value: "code", label: "Code" },
  ];
  return (
    <>
      <PageHeader
        meta={shared.size === 1 ? `All of ${[...shared][0] ?? ""}` : undefined}
        title={`Compare ${sides.length} ${noun}${sides.length === 1 ? "" : "s"}`}
        finding={
          sides.length > 1 ? (
            <Finding tone="neutral">{comparisonFinding(comparison)}</Finding>
          ) : (
            <Finding tone="neutral">{`Choose a second ${noun} to see what differs.`}</Finding>
          )
        }
      />
      <Sides comparison={comparison} onChange={setIds} ids={ids} />
      <div className="mt-4">
        <Tabs label="What to compare" value={state.tab} onChange={(tab) => void setState({ tab: tab as (typeof TABS)[number] })} items={tabs}>
          {state.tab === "metrics" ? (
            <Card flush>
              <ValuesTable
                noun="Metric"
                rows={comparison.metrics}
                sides={sides}
                csvName="metrics"
                empty="No metrics"
                cell={(value, base, place) => <MetricCell value={value} base={base} place={place} />}
              />
            </Card>
          ) : null}
          {state.tab === "curves" ? <LazyMetricCharts runs={chartRuns} keys={comparison.curves} /> : null}
          {state.tab === "params" ? <Parameters comparison={comparison} /> : null}
          {state.tab === "origin" ? <Origin comparison={comparison} /> : null}
          {state.tab === "signature" ? <CompareSignature sides={sides} /> : null}
          {state.tab === "code" ? <CompareCode sides={sides} /> : null}
        </Tabs>
      </div>
    </>
  );
}

/** The columns as chips: colour, link, make it the base, take it away. */
function Sides({ comparison, ids, onChange }: { comparison: Comparison; ids: string[]; onChange(ids: string[]): void }) {
  const details = new Set(comparison.sides.map((side) => side.detail));
  const [all, setAll] = useState(false);
  const shown = all || ids.length <= SIDES_AT_FIRST ? ids.length : SIDES_AT_FIRST;
  return (
    <ul aria-label={`Compared ${comparison.noun}s`} className="m-0 flex list-none flex-wrap gap-2 p-0">
      {comparison.sides.slice(0, shown).map((side, place) => (
        <li key={side.id} className="flex max-w-full items-center gap-2 rounded-md border border-line bg-surface py-1 pr-1 pl-2.5 text-sm">
          <span aria-hidden className="size-2.5 shrink-0 rounded-xs" style={{ background: side.color }} />
          <span className="min-w-0 truncate">
            <TextLink href={side.href}>{side.label}</TextLink>
            {details.size > 1 ? <span className="ml-1.5 text-xs text-ink-3">{side.detail}</span> : null}
          </span>
          {place === 0 ? (
            <Badge>base</Badge>
          ) : (
            <IconButton
              size="sm"
              icon={MoveLeft}
              label={`Compare with ${side.label}`}
              onClick={() => onChange([side.id, ...ids.filter((id) => id !== side.id)])}
            />
          )}
          {ids.length > 1 ? (
            <IconButton size="sm" icon={X} label={`Take ${side.label} away`} onClick={() => onChange(ids.filter((id) => id !== side.id))} />
          ) : null}
        </li>
      ))}
      {shown < ids.length ? (
        <li className="flex items-center">
          <Button size="sm" onClick={() => setAll(true)}>{`Show ${ids.length - shown} more`}</Button>
        </li>
      ) : null}
      {ids.length < MAX_SIDES[comparison.noun] ? (
        <li className="flex items-center">
          <AddSide comparison={comparison} onAdd={(id) => onChange([...ids, id])} />
        </li>
      ) : null}
    </ul>
  );
}

function Parameters({ comparison }: { comparison: Comparison }) {
  const text = (value: string | null) =>
    value === null ? "–" : <span className="wrap-anywhere">{value.length > 300 ? `${value.slice(0, 300)}…` : value}</span>;
  return (
    <div className="flex flex-col gap-4">
      <Card flush>
        <ValuesTable noun="Parameter" rows={comparison.params} sides={comparison.sides} csvName="parameters" empty="No parameters" cell={text} />
      </Card>
      {comparison.tags.length > 0 ? (
        <Card title="Tags" flush>
          <ValuesTable noun="Tag" rows={comparison.tags} sides={comparison.sides} csvName="tags" empty="No tags" cell={text} />
        </Card>
      ) : null}
    </div>
  );
}

type Fact = { name: string; read(side: Side): string | null; cell(side: Side): ReactNode };

const FACTS: Fact[] = [
  {
    name: "Data",
    read: dataIdentity,
    cell: (side) => (
      <span className="flex flex-col gap-1">
        {side.data.map((use) => (
          <span key={`${use.name} ${use.digest}`} className="flex flex-wrap items-center gap-1.5">
            {use.href ? <TextLink href={use.href}>{use.name}</TextLink> : use.name}
            <IdChip value={use.digest} short />
          </span>
        ))}
      </span>
    ),
  },
  { name: "Environment lock", read: (side) => side.lockDigest, cell: (side) => <IdChip value={side.lockDigest ?? ""} short /> },
  { name: "Commit", read: (side) => side.code?.commit ?? null, cell: (side) => <IdChip value={side.code?.commit ?? ""} short={10} /> },
];

function sameWords(same: boolean | null): string {
  return same === null ? "not known of all" : same ? "the same" : "differs";
}

function Origin({ comparison }: { comparison: Comparison }) {
  const { sides } = comparison;
  return (
    <Card flush>
      <div tabIndex={0} role="region" aria-label="Data, environment and commit" className="overflow-x-auto outline-offset-[-2px]">
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr>
              <th scope="col" className="h-8 border-b border-line px-4 text-left text-xs font-normal text-ink-3">
                What
              </th>
              {sides.map((side, place) => (
                <th key={side.id} scope="col" className="h-8 border-b border-line px-3 text-left text-xs font-normal text-ink-3">
                  <SideHead side={side} base={place === 0} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {FACTS.map((fact) => (
              <tr key={fact.name} className="border-b border-line align-top last:border-b-0">
                <th scope="row" className="px-4 py-2 text-left font-normal whitespace-nowrap">
                  {fact.name}
                  <div className="text-xs text-ink-3">{sameWords(sameEverywhere(sides, fact.read))}</div>
                </th>
                {sides.map((side) => (
                  <td key={side.id} className="px-3 py-2">
                    {fact.read(side) === null ? "not known" : fact.cell(side)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
