-- metrics.stars_to_artifact_over_90_day_window in duckdb; to write it again: make golden
WITH calendar AS (
  WITH digits AS (
    SELECT
      0 AS digit
    UNION ALL
    SELECT
      1 AS digit
    UNION ALL
    SELECT
      2 AS digit
    UNION ALL
    SELECT
      3 AS digit
    UNION ALL
    SELECT
      4 AS digit
    UNION ALL
    SELECT
      5 AS digit
    UNION ALL
    SELECT
      6 AS digit
    UNION ALL
    SELECT
      7 AS digit
    UNION ALL
    SELECT
      8 AS digit
    UNION ALL
    SELECT
      9 AS digit
  ), numbers AS (
    SELECT
      ones.digit + 10 * tens.digit + 100 * hundreds.digit AS day_number
    FROM digits AS ones
    CROSS JOIN digits AS tens
    CROSS JOIN digits AS hundreds
  ), days AS (
    SELECT
      CAST(CAST('2022-10-04' AS DATE) + day_number * INTERVAL '1' DAY AS DATE) AS day
    FROM numbers
  )
  SELECT
    day
  FROM days
  WHERE
    day <= CAST('2024-03-31' AS DATE)
), spans AS (
  SELECT
    slot,
    n,
    n + 90 AS leaves
  FROM (
    SELECT
      day AS slot,
      DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), day) AS n
    FROM calendar
    WHERE
      day >= CAST('2022-10-04' AS DATE) AND day < CAST('2024-04-01' AS DATE)
  ) AS slots
), dates AS (
  SELECT
    day AS sample_date,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), day) AS n
  FROM calendar
  WHERE
    day >= CAST('2023-01-01' AS DATE) AND day < CAST('2024-04-01' AS DATE)
), bound AS (
  SELECT
    events.to_artifact_id AS to_artifact_id,
    events.event_source AS event_source,
    CAST(events.bucket_day AS DATE) AS slot,
    events.amount AS amount
  FROM oso.int_events_daily__github AS events
  WHERE
    events.event_type IN ('STARRED')
    AND events.bucket_day >= CAST('2022-10-04' AS DATE)
    AND events.bucket_day < CAST('2024-04-01' AS DATE)
), partials AS (
  SELECT
    to_artifact_id,
    event_source,
    n,
    leaves,
    sum_amount
  FROM (
    SELECT
      to_artifact_id,
      event_source,
      slot,
      SUM(amount) AS sum_amount
    FROM bound
    GROUP BY
      to_artifact_id,
      event_source,
      slot
  ) AS gathered
  JOIN spans
    ON spans.slot = gathered.slot
), changes AS (
  SELECT
    to_artifact_id,
    event_source,
    n,
    MAX(leaves) AS leaves,
    SUM(sum_amount) AS sum_amount
  FROM (
    SELECT
      to_artifact_id,
      event_source,
      n,
      leaves,
      sum_amount
    FROM partials
    UNION ALL
    SELECT
      to_artifact_id,
      event_source,
      leaves AS n,
      NULL AS leaves,
      NULL AS sum_amount
    FROM partials
    WHERE
      leaves <= (
        SELECT
          MAX(n)
        FROM dates
      )
  ) AS each
  GROUP BY
    to_artifact_id,
    event_source,
    n
), runs AS (
  SELECT
    to_artifact_id,
    event_source,
    changes.n,
    LEAD(changes.n) OVER (PARTITION BY to_artifact_id, event_source ORDER BY changes.n) AS following,
    MAX(changes.leaves) OVER (
      PARTITION BY to_artifact_id, event_source
      ORDER BY changes.n
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS expires,
    SUM(sum_amount) OVER (
      PARTITION BY to_artifact_id, event_source
      ORDER BY changes.n
      RANGE BETWEEN 89 PRECEDING AND CURRENT ROW
    ) AS sum_amount
  FROM changes
), windowed AS (
  SELECT
    to_artifact_id,
    event_source,
    sum_amount,
    UNNEST(
      RANGE(
        GREATEST(runs.n, wanted.first_n),
        LEAST(COALESCE(following, expires), expires, wanted.last_n + 1)
      )
    ) AS n
  FROM runs
  CROSS JOIN (
    SELECT
      MIN(n) AS first_n,
      MAX(n) AS last_n
    FROM dates
  ) AS wanted
)
SELECT
  dates.sample_date AS metrics_sample_date,
  windowed.event_source AS event_source,
  windowed.to_artifact_id AS to_artifact_id,
  '' AS from_artifact_id,
  'stars_over_90_day_window' AS metric,
  CAST(windowed.sum_amount AS DOUBLE) AS amount
FROM windowed
JOIN dates
  ON dates.n = windowed.n
