"use client";

import { Button, Field, Notice, TextInput } from "@trellis/ui";
import { useSearchParams } from "next/navigation";
import { type FormEvent, useState } from "react";
import { EntryFrame } from "./entry-frame";
import { signIn } from "./sign-in";

export function SignInPage() {
  const next = useSearchParams().get("next");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await signIn(String(form.get("email")), String(form.get("password")));
      // A link of an MLflow client says where to behind its hash, which the redirect to this page has kept.
      window.location.assign(next?.startsWith("/") && !next.startsWith("//") ? next : `/${window.location.hash}`);
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : String(caught));
      setBusy(false);
    }
  };
  return (
    <EntryFrame title="Sign in" lead="Use the address that you were invited with.">
      <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
        {error ? <Notice tone="fail">{error}</Notice> : null}
        <Field label="E-mail">
          <TextInput name="email" type="email" autoComplete="username" required autoFocus />
        </Field>
        <Field label="Password">
          <TextInput name="password" type="password" autoComplete="current-password" required />
        </Field>
        <Button type="submit" variant="primary" loading={busy}>
          Sign in
        </Button>
      </form>
    </EntryFrame>
  );
}
