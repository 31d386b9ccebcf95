/** One try of a step. Times are epoch milliseconds. */
export interface GanttAttempt {
  number: number;
  status: string;
  queuedAt?: number | null;
  startedAt?: number | null;
  endedAt?: number | null;
  /** Words in the bar, such as "tree 480 of 600" or "out of memory". */
  label?: string;
  /** Words in the hatched part, such as "Slot wait, 2 of 2 in use". */
  queueLabel?: string;
}

export interface GanttLane {
  id: string;
  label: string;
  stage: string;
  status: string;
  /** Why it waits or failed; drawn beside the bars. */
  reason?: string | null;
  /** What came out; drawn beside the bars once there is no reason. */
  note?: string | null;
  critical?: boolean;
  /** Id of the group lane that this one belongs to. */
  parent?: string | null;
  /** A fan-out: its own bars are not drawn, its children are. */
  group?: boolean;
  /** Where it is expected to run, from earlier runs. */
  expected?: { startAt: number; endAt: number } | null;
  attempts: GanttAttempt[];
}

export interface GanttData {
  lanes: GanttLane[];
  startedAt: number;
  endedAt?: number | null;
  /** The server's clock when the data was made; open bars grow from there. */
  now: number;
}

export interface GanttSelection {
  laneId: string;
  attempt?: number;
}
