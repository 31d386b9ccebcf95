"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Dialog, Field, IdChip, Notice, NumberValue, StatusBadge, TextInput, TextLink, Time, useToast } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { FileCheck, Repeat } from "lucide-react";
import { useState } from "react";
import { type Outputs, useTRPC } from "@/live/trpc";

type Version = Outputs["registry"]["version"];
type Reproduction = Version["reproductions"][number];

/** Whether the files are still those that were registered, and whether the version can be made again. */
export function VersionChecks({ version }: { version: Version }) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <VerificationCard version={version} />
      <ReproductionCard version={version} />
    </div>
  );
}

function VerificationCard({ version }: { version: Version }) {
  const trpc = useTRPC();
  const toast = useToast();
  const queryClient = useQueryClient();
  const verify = useMutation(
    trpc.registry.verifyVersion.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.registry.pathKey() }),
      onError: (error) => toast.error(error.message),
    }),
  );
  const found = version.verification;
  return (
    <Card
      title="Files"
      right={
        version.abilities.write && version.files.length > 0 ? (
          <Button size="sm" icon={FileCheck} loading={verify.isPending} onClick={() => verify.mutate({ versionId: version.id })}>
            Verify
          </Button>
        ) : null
      }
    >
      {version.files.length === 0 ? (
        <p className="text-sm text-ink-3">The portal has no files of this version: they lie where its source says, so they cannot be checked.</p>
      ) : found ? (
        <div className="flex flex-col gap-3">
          <p className="flex flex-wrap items-center gap-2 text-sm">
            <StatusBadge status={found.ok ? "succeeded" : "failed"} label={found.ok ? "Verified" : "Not what was registered"} />
            <span className="text-ink-2">
              {found.checked === 1 ? "1 file was" : `${found.checked} files were`} read by {found.byName} <Time at={new Date(found.at)} />
            </span>
          </p>
          {found.problems.length > 0 ? (
            <Notice tone="fail" title="These files are not those that were registered">
              <ul>
                {found.problems.map(({ path, problem }) => (
                  <li key={path} className="font-mono">
                    {path ? `${path}: ${problem}` : problem}
                  </li>
                ))}
              </ul>
            </Notice>
          ) : null}
        </div>
      ) : (
        <p className="text-sm text-ink-3">Never verified. Verifying reads every file again and compares it with the digest under which it was registered.</p>
      )}
    </Card>
  );
}

const STATES: Record<Reproduction["status"], { status: "running" | "succeeded" | "failed" | "warn"; label: string }> = {
  running: { status: "running", label: "Running" },
  reproduced: { status: "succeeded", label: "Made again" },
  differs: { status: "warn", label: "Differs" },
  failed: { status: "failed", label: "Failed" },
};

function ReproductionCard({ version }: { version: Version }) {
  const [open, setOpen] = useState(false);
  const [latest, ...earlier] = version.reproductions;
  const runHref = (reproduction: Reproduction): string => `/projects/${version.project.slug}/runs/${reproduction.runNumber}`;
  return (
    <Card
      title="Made again"
      right={
        version.abilities.write && version.origin === "pipeline" ? (
          <Button size="sm" icon={Repeat} disabled={latest?.status === "running"} onClick={() => setOpen(true)}>
            Make again
          </Button>
        ) : null
      }
    >
      {latest ? (
        <div className="flex flex-col gap-3">
          <p className="flex flex-wrap items-center gap-2 text-sm">
            <StatusBadge {...STATES[latest.status]} />
            <span className="text-ink-2">
              {latest.runNumber ? <TextLink href={runHref(latest)}>{`Run ${latest.runNumber}`}</TextLink> : "A run"} asked for by {latest.requestedBy}{" "}
              <Time at={latest.createdAt} />, within {latest.tolerance}
            </span>
          </p>
          {latest.reason ? <p className="text-sm text-ink-2">{latest.reason}</p> : null}
          {latest.metrics.length > 0 ? <Compared metrics={latest.metrics} /> : null}
          {earlier.length > 0 ? (
            <p className="flex flex-wrap gap-2 text-sm text-ink-3">
              Before:
              {earlier.map((reproduction) => (
                <span key={reproduction.id}>
                  {STATES[reproduction.status].label.toLowerCase()} <Time at={reproduction.createdAt} />
                </span>
              ))}
            </p>
          ) : null}
        </div>
      ) : (
        <p className="text-sm text-ink-3">
          {version.origin === "pipeline"
            ? "Nobody has tried. Making it again runs the same commit with the same parameters, data and packages, and compares the metrics."
            : "A client registered this version without a pipeline, so the portal cannot make it again."}
        </p>
      )}
      {open ? <ReproduceDialog version={version} onClose={() => setOpen(false)} /> : null}
    </Card>
  );
}

function Compared({ metrics }: { metrics: Reproduction["metrics"] }) {
  return (
    <DataTable
      label="Metrics, then and now"
      rows={metrics}
      rowKey={(row) => row.key}
      columns={[
        { id: "key", header: "Metric", mono: true, cell: (row) => row.key },
        {
          id: "original",
          header: "Registered",
          align: "right",
          cell: (row) => <NumberValue value={row.original} digits={Number.isInteger(row.original) ? 0 : 6} />,
        },
        {
          id: "repeated",
          header: "Again",
          align: "right",
          cell: (row) => <NumberValue value={row.repeated} digits={Number.isInteger(row.repeated) ? 0 : 6} />,
        },
        {
          id: "within",
          header: "",
          cell: (row) => <StatusBadge variant="text" status={row.within ? "succeeded" : "failed"} label={row.within ? "Same" : "Differs"} />,
        },
      ]}
    />
  );
}

function ReproduceDialog({ version, onClose }: { version: Version; onClose(): void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [tolerance, setTolerance] = useState("0.000001");
  const number = Number(tolerance);
  const isGood = tolerance.trim() !== "" && number >= 0 && number <= 1;
  const reproduce = useMutation(
    trpc.registry.reproduceVersion.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.registry.pathKey() });
        onClose();
      },
    }),
  );
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={`Make ${version.model.name} version ${version.version} again`}
      description="Starts a run of the same commit, parameters, data and packages, without the cache. It registers no version."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          reproduce.mutate({ versionId: version.id, tolerance: number });
        }}
      >
        {reproduce.error ? <Notice tone="fail">{reproduce.error.message}</Notice> : null}
        {version.commit ? (
          <p className="text-sm text-ink-2">
            Commit <IdChip value={version.commit} short={12} />
          </p>
        ) : null}
        <Field
          label="Tolerance"
          help="Largest difference of a metric that counts as the same, as a share of its value."
          {...(isGood ? {} : { error: "A number from 0 to 1." })}
        >
          <TextInput mono value={tolerance} onValueChange={setTolerance} inputMode="decimal" />
        </Field>
        <Button type="submit" variant="primary" icon={Repeat} disabled={!isGood} loading={reproduce.isPending}>
          Start the run
        </Button>
      </form>
    </Dialog>
  );
}
