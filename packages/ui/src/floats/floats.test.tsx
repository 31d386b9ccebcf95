import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { Button } from "../buttons/button.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
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
  const button = screen.getByRole("button", { name: "Delete flights" });
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
  await user.click(screen.getByRole("button", { name: "Delete flights" }));
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
