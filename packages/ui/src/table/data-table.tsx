'use client'
import { clsx } from 'clsx'
import { useRef, useState } from 'react'
import type { KeyboardEvent, RefObject } from 'react'
import { EmptyState, Skeleton } from '../display/states.tsx'
import { findByData } from '../foundation/find-by-data.ts'
import { useHotkeys } from '../foundation/use-hotkeys.ts'
import { useRowWindow } from '../foundation/use-row-window.ts'
import { useNavigate } from '../links/link.tsx'
import { csvText, downloadText } from './csv.ts'
import { TableFoot, TableHead } from './table-head.tsx'
import { BodyRow } from './table-rows.tsx'
import type { DataTableProps } from './table-types.ts'
import { csvValueOf, useTableModel } from './use-table-model.ts'
import type { TableModel } from './use-table-model.ts'

const virtualAbove = 100

function SkeletonRows({ columns, compact }: { columns: number; compact: boolean }) {
  return Array.from({ length: 6 }, (_, index) => (
    <tr key={index} className="border-b border-line last:border-b-0">
      <td colSpan={columns} className={clsx('px-4', compact ? 'h-7' : 'h-9')}><Skeleton width={`${90 - ((index * 17) % 40)}%`} /></td>
    </tr>
  ))
}

interface Move {
  activeIndex: number
  focusRow: (index: number) => void
  setActiveIndex: (index: number) => void
}

function useRows<Row>(model: TableModel<Row>, rowKey: (row: Row) => string, scroller: RefObject<HTMLDivElement | null>, compact: boolean, virtual: boolean) {
  const [activeIndex, setActiveIndex] = useState(0)
  const rowWindow = useRowWindow({ count: virtual ? model.rows.length : 0, rowHeight: compact ? 28 : 37, scroller })
  function focusRow(index: number) {
    const at = Math.max(0, Math.min(model.rows.length - 1, index))
    const row = model.rows[at]
    if (row === undefined) return
    setActiveIndex(at)
    const find = () => findByData(scroller.current, 'row', rowKey(row))
    const element = find()
    if (element) {
      element.focus()
      return
    }
    rowWindow.scrollToIndex(at)
    requestAnimationFrame(() => find()?.focus())
  }
  const move: Move = { activeIndex: Math.min(activeIndex, Math.max(0, model.rows.length - 1)), focusRow, setActiveIndex }
  return { move, rowWindow }
}

/** Rows of records: sorted, opened, chosen and moved through by mouse or keyboard; long ones draw only what is seen. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rowKey, label, rowHref, onRowOpen, loading = false, empty, error, selection, density = 'normal', maxHeight, csvName, footer, rowTone, activeKey = null, keyboard = 'focus', hasMore = false, onLoadMore, columnMenu = false, columns } = props
  const model = useTableModel(props)
  const navigate = useNavigate()
  const scroller = useRef<HTMLDivElement>(null)
  const compact = density === 'compact'
  const virtual = model.rows.length > virtualAbove
  const { move, rowWindow } = useRows(model, rowKey, scroller, compact, virtual)
  const opens = rowHref !== undefined || onRowOpen !== undefined

  const { items } = rowWindow
  const drawn = virtual ? items.map((item) => item.index) : model.rows.map((_, index) => index)
  const before = virtual ? (items[0]?.start ?? 0) : 0
  const after = virtual ? rowWindow.totalSize - (items[items.length - 1]?.end ?? 0) : 0
  const span = model.columns.length + (selection ? 1 : 0)
  const chosen = new Set(selection?.selected)

  function open(index: number, newTab: boolean) {
    const row = model.rows[index]
    if (row === undefined) return
    const href = rowHref?.(row)
    if (href !== undefined && newTab) window.open(href, '_blank', 'noopener')
    else if (onRowOpen) onRowOpen(row)
    else if (href !== undefined) navigate(href)
  }

  function choose(index: number, on: boolean) {
    const row = model.rows[index]
    if (row === undefined || !selection) return
    const key = rowKey(row)
    selection.onChange(on ? [...selection.selected, key] : selection.selected.filter((other) => other !== key))
  }

  const step = (by: number) => {
    const inside = scroller.current?.contains(document.activeElement) && document.activeElement?.closest('[data-row]') !== null
    move.focusRow(inside ? move.activeIndex + by : move.activeIndex)
  }
  useHotkeys({ j: () => step(1), k: () => step(-1) }, { enabled: keyboard === 'page' })

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    if (!(event.target instanceof HTMLElement) || event.target.dataset['row'] === undefined || event.altKey) return
    const at = move.activeIndex
    const row = model.rows[at]
    const actions: Record<string, () => void> = {
      j: () => move.focusRow(at + 1),
      ArrowDown: () => move.focusRow(at + 1),
      k: () => move.focusRow(at - 1),
      ArrowUp: () => move.focusRow(at - 1),
      Home: () => move.focusRow(0),
      End: () => move.focusRow(model.rows.length - 1),
      PageDown: () => move.focusRow(at + 10),
      PageUp: () => move.focusRow(at - 10),
      ...(opens ? { Enter: () => open(at, event.ctrlKey || event.metaKey) } : {}),
      ...(selection && row !== undefined ? { x: () => choose(at, !chosen.has(rowKey(row))), ' ': () => choose(at, !chosen.has(rowKey(row))) } : {}),
    }
    const action = actions[event.key]
    if (!action || ((event.ctrlKey || event.metaKey) && event.key !== 'Enter')) return
    event.preventDefault()
    action()
  }

  const csv = csvName === undefined ? null : () =>
    downloadText(`${csvName}.csv`, csvText(model.columns.map((column) => column.header), model.rows.map((row) => model.columns.map((column) => csvValueOf(column, row)))))
  const nothing = !loading && error === undefined && model.rows.length === 0
  return (
    <div className="min-w-0">
      <div ref={scroller} role="presentation" onKeyDown={onKeyDown} tabIndex={-1} className="overflow-auto" style={{ maxHeight: maxHeight ?? (virtual ? 'min(75vh, 900px)' : undefined) }}>
        <table aria-label={label} aria-rowcount={model.rows.length + 1} aria-busy={loading || undefined} className="w-full border-collapse text-sm leading-[1.3]">
          <TableHead
            model={model}
            selection={selection ? { all: chosen.size > 0 && model.rows.every((row) => chosen.has(rowKey(row))), some: chosen.size > 0, onAll: (on) => selection.onChange(on ? model.rows.map(rowKey) : []) } : null}
          />
          <tbody>
            {before > 0 ? <tr aria-hidden style={{ height: before }} /> : null}
            {drawn.map((index) => {
              const row = model.rows[index]
              if (row === undefined) return null
              const key = rowKey(row)
              return (
                <BodyRow
                  key={key} row={row} rowId={key} index={index} columns={model.columns} compact={compact} oneLine={virtual} opens={opens} href={rowHref?.(row)} tone={rowTone?.(row)}
                  active={key === activeKey} focusable={index === move.activeIndex} selected={selection ? chosen.has(key) : null}
                  onSelect={(on) => choose(index, on)} onOpen={(newTab) => open(index, newTab)} onFocus={() => move.setActiveIndex(index)}
                />
              )
            })}
            {after > 0 ? <tr aria-hidden style={{ height: after }} /> : null}
            {loading && model.rows.length === 0 ? <SkeletonRows columns={span} compact={compact} /> : null}
          </tbody>
        </table>
      </div>
      {error === undefined ? null : error}
      {nothing ? (empty ?? <EmptyState compact title="Nothing here yet" />) : null}
      <TableFoot model={model} columns={columns} footer={footer} csv={csv} columnMenu={columnMenu} hasMore={hasMore} onLoadMore={onLoadMore} loading={loading} />
    </div>
  )
}
