"use client";

import { Button, Field, Notice, TextInput } from "@trellis/ui";
import { type FormEvent, useState } from "react";

export type NewAccount = { name: string; email: string; password: string };

/** Name, address and a password: for the first administrator and for invited people (whose address is fixed). */
export function NewAccountForm({ email, action, onSubmit }: { email?: string; action: string; onSubmit(account: NewAccount): Promise<void> }) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await onSubmit({ name: String(form.get("name")), email: email ?? String(form.get("email")), password: String(form.get("password")) });
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : String(caught));
      setBusy(false);
    }
  };
  return (
    <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
      {error ? <Notice tone="fail">{error}</Notice> : null}
      <Field label="Your name">
        <TextInput name="name" autoComplete="name" required maxLength={100} autoFocus />
      </Field>
      <Field label="E-mail">
        <TextInput name="email" type="email" autoComplete="username" required defaultValue={email} readOnly={email !== undefined} />
      </Field>
      <Field label="Password" help="At least 10 characters.">
        <TextInput name="password" type="password" autoComplete="new-password" required minLength={10} maxLength={128} />
      </Field>
      <Button type="submit" variant="primary" loading={busy}>
        {action}
      </Button>
    </form>
  );
}
