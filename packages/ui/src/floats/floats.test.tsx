import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { X } from "lucide-react";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { Button } from "../buttons/button.tsx";
import { IconButton } from "../buttons/icon-button.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Dialog } from "./dialog.tsx";
import { Menu } from "./menu.tsx";
import { Toaster, useToast } from "./toaster.tsx";

afterEach(cleanup);

function confirmDialog(more: Partial<React.ComponentProps<typeof ConfirmDialog>> = {}) {
  const onConfirm = vi.fn<() => void | Promise<unknown>>();
  const onOpenChange = vi.fn<(open: boolean) => void>();
  render(
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      title="Delete project flights?"
      confirmLabel="Delete flights"
      danger
      typeToConfirm="flights"
      onConfirm={onConfirm}
      {...more}
    />,
  );
  return { onConfirm, onOpenChange };
}

test("what cannot be undone needs the name typed", async () => {
  const user = userEvent.setup();
  const { onConfirm, onOpenChange } = confirmDialog();
  const button = await screen.findByRole("button", { name: "Delete flights" });
  expect(button).toHaveProperty("disabled", true);
  await user.type(screen.getByRole("textbox"), "flight");
  expect(button).toHaveProperty("disabled", true);
  await user.keyboard("{Enter}");
  expect(onConfirm).not.toHaveBeenCalled();
  await user.type(screen.getByRole("textbox"), "s");
  await user.click(button);
  expect(onConfirm).toHaveBeenCalledTimes(1);
  await waitFor(() => expect(onOpenChange).toHaveBeenCalledWith(false));
});

test("a refusal is said in the dialog, which stays open", async () => {
  const user = userEvent.setup();
  const { onOpenChange } = confirmDialog({ typeToConfirm: undefined, onConfirm: () => Promise.reject(new Error("Version 7 is still live.")) });
  await user.click(await screen.findByRole("button", { name: "Delete flights" }));
  expect((await screen.findByRole("alert")).textContent).toBe("Version 7 is still live.");
  expect(onOpenChange).not.toHaveBeenCalled();
});

test("a menu opens by keyboard, chooses and gives the focus back", async () => {
  const user = userEvent.setup();
  const choose = vi.fn<() => void>();
  render(
    <Menu
      label="Re-run"
      trigger={<Button>Re-run</Button>}
      items={[{ label: "Same commit", onSelect: choose }, { separator: true }, { label: "Newest commit", href: "/new" }]}
    />,
  );
  await user.tab();
  await user.keyboard("{Enter}");
  const item = await screen.findByRole("menuitem", { name: "Same commit" });
  expect(screen.getByRole("menuitem", { name: "Newest commit" }).getAttribute("href")).toBe("/new");
  await user.click(item);
  expect(choose).toHaveBeenCalledTimes(1);
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Re-run" })));
});

test("the arrow down key opens a menu on its first entry", async () => {
  const user = userEvent.setup();
  render(
    <Menu
      trigger={<Button>More</Button>}
      items={[
        { label: "Rename", onSelect: () => {} },
        { label: "Archive", onSelect: () => {} },
      ]}
    />,
  );
  await user.tab();
  await user.keyboard("{ArrowDown}");
  const first = await screen.findByRole("menuitem", { name: "Rename" });
  await waitFor(() => expect(document.activeElement).toBe(first));
  await user.keyboard("{ArrowDown}");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("menuitem", { name: "Archive" })));
});

function Asks() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Invite</Button>
      <Dialog open={open} onOpenChange={setOpen} title="Invite a person" />
    </>
  );
}

test("a dialog takes the focus and gives it back on Escape", async () => {
  const user = userEvent.setup();
  render(<Asks />);
  await user.click(screen.getByRole("button", { name: "Invite" }));
  const dialog = await screen.findByRole("dialog", { name: "Invite a person" });
  await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Invite" })));
});

test("a tooltip comes with the keyboard and goes with Escape", async () => {
  const user = userEvent.setup();
  render(<IconButton label="Close" icon={X} />);
  const button = screen.getByRole("button");
  const matches = button.matches.bind(button);
  vi.spyOn(button, "matches").mockImplementation((selector: string) => selector === ":focus-visible" || matches(selector));
  await user.tab();
  expect((await screen.findByRole("tooltip")).textContent).toBe("Close");
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("tooltip")).toBeNull());
});

function Approve({ onUndo }: { onUndo: () => void }) {
  const toast = useToast();
  return <Button onClick={() => toast.undo("CR-31 approved", onUndo)}>Approve</Button>;
}

test("a toast offers to take it back", async () => {
  const user = userEvent.setup();
  const onUndo = vi.fn<() => void>();
  render(
    <Toaster>
      <Approve onUndo={onUndo} />
    </Toaster>,
  );
  await user.click(screen.getByRole("button", { name: "Approve" }));
  await user.click(await screen.findByRole("button", { name: "Undo", hidden: true }));
  expect(onUndo).toHaveBeenCalledTimes(1);
});

test("a loading button keeps its words and refuses clicks", async () => {
  const click = vi.fn<() => void>();
  render(
    <Button loading onClick={click}>
      Save
    </Button>,
  );
  await userEvent.setup({ pointerEventsCheck: 0 }).click(screen.getByRole("button", { name: "Save" }));
  expect(click).not.toHaveBeenCalled();
});
