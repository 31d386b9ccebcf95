const IS_LATER = "(excluded.step, excluded.timestamp, excluded.value) > (metric_latest.step, metric_latest.timestamp, metric_latest.value)";

/**
 * The part of a statement that adds points to metrics and moves the latest values: clauses of a `with`, after one named
 * `given (run_id, key, timestamp, step, value, step_key)`. What was new is in `added`; a point that is there
 * already (run, key, timestamp, step, value) changes nothing. The latest value is that of the greatest (step, timestamp,
 * value), whatever came last; NaN is greater than every number, as PostgreSQL orders them. Rows are written in the order of
 * (run, key), so that two writers never wait for each other.
 */
export const ADD_POINTS = `
  added as (
    insert into metric_point (run_id, key, timestamp, step, value, step_key)
    select run_id, key, timestamp, step, value, step_key from given order by run_id, key, timestamp, step, value
    on conflict do nothing returning run_id, key, timestamp, step, value, step_key
  ), last as (
    select distinct on (run_id, key) *, count(*) over (partition by run_id, key)::int as points
    from added order by run_id, key, step desc, timestamp desc, value desc
  ), latest as (
    insert into metric_latest (run_id, key, value, step, timestamp, step_key, points, experiment_id)
    select run_id, key, value, step, timestamp, step_key, points, (select experiment_id from tracked_run where id = last.run_id) from last order by run_id, key
    on conflict (run_id, key) do update set
      value = case when ${IS_LATER} then excluded.value else metric_latest.value end,
      step_key = case when ${IS_LATER} then excluded.step_key else metric_latest.step_key end,
      timestamp = case when ${IS_LATER} then excluded.timestamp else metric_latest.timestamp end,
      step = greatest(excluded.step, metric_latest.step),
      points = metric_latest.points + excluded.points
    returning 1
  )`;
