"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Combobox, ConfirmDialog, Field, Notice, PageHeader, RadioCards, Select, TextArea, TextInput, useNavigate, useToast } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Eye, Lock } from "lucide-react";
import { type FormEvent, useState } from "react";
import { PageFrame, useCrumbs } from "@/features/shell";
import { type Outputs, useTRPC } from "@/live/trpc";

type Project = Outputs["catalog"]["get"];
type MemberRole = "owner" | "contributor";

const ROLES = [
  { value: "owner" as const, label: "Owner" },
  { value: "contributor" as const, label: "Contributor" },
];

/** What a project says of itself, who is in it, and its end. */
export function ProjectSettingsPage({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const project = useQuery(trpc.catalog.get.queryOptions({ project: slug }));
  useCrumbs({ label: "Projects", href: "/projects" }, { label: slug, href: `/projects/${slug}` }, { label: "Settings" });
  return (
    <>
      <PageHeader title="Project settings" />
      <PageFrame query={project}>
        {(data) =>
          data.abilities.manage ? (
            <div className="flex max-w-[760px] flex-col gap-4">
              <About project={data} />
              <Members project={data} />
              <Archive project={data} />
            </div>
          ) : (
            <Notice tone="neutral">Only owners of the project and administrators can change its settings.</Notice>
          )
        }
      </PageFrame>
    </>
  );
}

function useRefresh(): () => Promise<void> {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: trpc.catalog.pathKey() });
}

function About({ project }: { project: Project }) {
  const trpc = useTRPC();
  const toast = useToast();
  const refresh = useRefresh();
  const [title, setTitle] = useState(project.title);
  const [description, setDescription] = useState(project.description);
  const [visibility, setVisibility] = useState(project.visibility);
  const update = useMutation(
    trpc.catalog.update.mutationOptions({
      onSuccess: async () => {
        await refresh();
        toast.success("Saved");
      },
    }),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    update.mutate({ project: project.slug, title, description, visibility });
  };
  return (
    <Card title="About">
      <form className="flex flex-col gap-4" onSubmit={submit}>
        {update.error ? <Notice tone="fail">{update.error.message}</Notice> : null}
        <Field label="Title" required>
          <TextInput value={title} onValueChange={setTitle} maxLength={100} required />
        </Field>
        <Field label="Description">
          <TextArea rows={3} value={description} onValueChange={setDescription} maxLength={2_000} />
        </Field>
        <RadioCards
          label="Who can see it"
          columns={2}
          value={visibility}
          onChange={setVisibility}
          items={[
            { value: "internal", title: "Internal", description: "Everyone here can read it.", icon: Eye },
            { value: "private", title: "Private", description: "Only members can see it.", icon: Lock },
          ]}
        />
        <div>
          <Button type="submit" variant="primary" loading={update.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Members({ project }: { project: Project }) {
  const trpc = useTRPC();
  const toast = useToast();
  const refresh = useRefresh();
  const people = useQuery(trpc.identity.users.queryOptions({}));
  const set = useMutation(trpc.catalog.setMember.mutationOptions({ onSuccess: refresh, onError: (error) => toast.error(error.message) }));
  const outside = (people.data?.items ?? []).filter((person) => !project.members.some((member) => member.userId === person.id));
  return (
    <Card title="Members" flush>
      <DataTable
        label="Members"
        rows={project.members}
        rowKey={(row) => row.userId}
        columns={[
          { id: "name", header: "Name", cell: (row) => row.name },
          { id: "email", header: "E-mail", hideBelow: "md", cell: (row) => row.email },
          {
            id: "role",
            header: "Part",
            width: 160,
            cell: (row) => (
              <Select<MemberRole>
                size="sm"
                label={`Part of ${row.name}`}
                options={ROLES}
                value={row.role}
                onValueChange={(role) => set.mutate({ project: project.slug, userId: row.userId, role })}
              />
            ),
          },
          {
            id: "remove",
            header: "",
            align: "right",
            cell: (row) => (
              <Button size="sm" variant="ghost" onClick={() => set.mutate({ project: project.slug, userId: row.userId, role: null })}>
                Take out
              </Button>
            ),
          },
        ]}
      />
      <div className="border-t border-line p-4">
        <Field label="Add a person">
          <Combobox
            value={null}
            items={outside}
            itemKey={(person) => person.id}
            itemLabel={(person) => `${person.name} (${person.email})`}
            placeholder="Name or e-mail"
            emptyText="Nobody else is here. An administrator can invite people."
            onValueChange={(person) => (person ? set.mutate({ project: project.slug, userId: person.id, role: "contributor" }) : undefined)}
          />
        </Field>
      </div>
    </Card>
  );
}

function Archive({ project }: { project: Project }) {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const update = useMutation(trpc.catalog.update.mutationOptions({ onSuccess: () => navigate("/projects") }));
  return (
    <Card title="Archive">
      <p className="mb-3 text-sm text-ink-2">
        An archived project disappears from lists and takes no runs. Its repository, runs and versions stay, and its name stays taken.
      </p>
      <Button variant="danger" onClick={() => setOpen(true)}>
        Archive project
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Archive ${project.slug}`}
        confirmLabel="Archive project"
        typeToConfirm={project.slug}
        danger
        onConfirm={() => update.mutateAsync({ project: project.slug, archived: true })}
      />
    </Card>
  );
}
