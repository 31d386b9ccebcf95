import { LayoutTemplate, Mail } from "lucide-react";
import { useState } from "react";
import {
  Button,
  Card,
  Checkbox,
  Combobox,
  DateRange,
  FacetList,
  Field,
  NumberInput,
  PageHeader,
  RadioCards,
  Select,
  Stepper,
  Switch,
  TextArea,
  TextInput,
  ThemeSwitch,
  UnsavedChanges,
} from "../src/index.ts";
import type { DateRangeValue } from "../src/index.ts";

const people = ["Ada Lovelace", "Jo Doe", "Maria Kraft", "Sam Reed"];
const findPeople = async (query: string) => people.filter((name) => name.toLowerCase().includes(query.toLowerCase()));

export function FormsPage() {
  const [template, setTemplate] = useState<"tabular" | "text" | null>("tabular");
  const [person, setPerson] = useState<string | null>(null);
  const [depth, setDepth] = useState<number | null>(6);
  const [range, setRange] = useState<DateRangeValue>({ from: null, to: null, preset: "7d" });
  const [facets, setFacets] = useState<Record<string, string[]>>({ framework: ["scikit-learn"] });
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Start a project"
        meta="A repository with 27 files, and six other things. Nothing exists yet."
        actions={
          <Stepper
            steps={[
              { label: "Template", state: "done" },
              { label: "Configure", state: "current" },
              { label: "Review", state: "todo" },
              { label: "Create", state: "failed" },
            ]}
          />
        }
      />
      <div className="grid gap-4 lg:grid-cols-2">
        <Card title="Configure" right={<UnsavedChanges dirty onSave={() => {}} onDiscard={() => {}} />}>
          <div className="flex flex-col gap-4">
            <Field label="Project name" required help="Letters, digits and hyphens." error="turnaround-time is taken in acme-ml.">
              <TextInput defaultValue="turnaround-time" mono />
            </Field>
            <Field label="Contact" help="Gets alerts.">
              <TextInput icon={Mail} placeholder="team@acme.example" suffix="optional" />
            </Field>
            <Field label="Owner">
              <Combobox value={person} onValueChange={setPerson} load={findPeople} itemKey={(name) => name} itemLabel={(name) => name} />
            </Field>
            <Field label="Judge by">
              <Select
                options={[
                  { value: "mae", label: "MAE, lower is better", description: "Minutes of error on average" },
                  { value: "r2", label: "R²" },
                ]}
                defaultValue="mae"
              />
            </Field>
            <Field label="max_depth" mono help="1 to 32">
              <NumberInput value={depth} onValueChange={setDepth} min={1} max={32} unit="levels" />
            </Field>
            <Field label="Reason" labelAside="told to JD and SR">
              <TextArea placeholder="Why now?" />
            </Field>
            <div className="flex gap-4">
              <Switch label="Follow" defaultChecked />
              <Switch label="Fold repeats" />
              <Checkbox label="Private" description="Only members see it" defaultChecked />
              <Checkbox label="Some" indeterminate />
            </div>
            <div className="flex gap-2">
              <Button variant="primary" type="submit">
                Create turnaround-time
              </Button>
              <Button>Back</Button>
              <Button variant="ghost">Other example</Button>
              <Button disabled>Not yet</Button>
            </div>
          </div>
        </Card>
        <div className="flex flex-col gap-4">
          <Card title="Template">
            <RadioCards
              label="Template"
              columns={1}
              value={template}
              onChange={setTemplate}
              items={[
                {
                  value: "tabular",
                  title: "Tabular regression",
                  icon: LayoutTemplate,
                  description: "scikit-learn on a table with a number to predict.",
                  aside: <span className="text-xs text-ink-2">1.6.0</span>,
                },
                { value: "text", title: "Text classification", icon: LayoutTemplate, description: "A label for a text." },
              ]}
            />
          </Card>
          <Card title="Range">
            <DateRange value={range} onChange={setRange} />
          </Card>
          <Card title="Facets">
            <FacetList
              selected={facets}
              onChange={(id, values) => setFacets({ ...facets, [id]: values })}
              facets={[
                {
                  id: "framework",
                  label: "Framework",
                  values: [
                    { value: "scikit-learn", count: 12 },
                    { value: "xgboost", count: 3 },
                  ],
                },
              ]}
            />
          </Card>
          <Card title="Theme">
            <ThemeSwitch form="segmented" />
          </Card>
        </div>
      </div>
    </div>
  );
}
