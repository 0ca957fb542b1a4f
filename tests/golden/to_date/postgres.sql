WITH slots AS (
  SELECT
    slot,
    n,
    window_start
  FROM (
    SELECT
      own_days.day AS slot,
      own_days.year_start AS window_start,
      own_days.day - CAST('1970-01-01' AS DATE) AS n
    FROM ref.fiscal AS own_days
    WHERE
      own_days.day >= COALESCE(
        (
          SELECT
            MAX(buckets.day)
          FROM ref.fiscal AS buckets
          WHERE
            buckets.day = buckets.year_start AND buckets.day <= CAST(%(start_ds)s AS DATE)
        ),
        CAST(%(start_ds)s AS DATE)
      )
      AND own_days.day >= COALESCE(
        (
          SELECT
            MAX(buckets.day)
          FROM ref.fiscal AS buckets
          WHERE
            buckets.day = buckets.year_start AND buckets.day <= CAST('2022-12-20' AS DATE)
        ),
        CAST('2022-12-20' AS DATE)
      )
      AND own_days.day >= (
        SELECT
          MIN(buckets.day)
        FROM ref.fiscal AS buckets
        WHERE
          buckets.day = buckets.year_start
      )
      AND own_days.day < COALESCE(
        (
          SELECT
            MIN(buckets.day)
          FROM ref.fiscal AS buckets
          WHERE
            buckets.day = buckets.year_start AND buckets.day > CAST(%(end_ds)s AS DATE)
        ),
        CAST(%(execution_ds)s AS DATE)
      )
      AND own_days.day < CAST(%(execution_ds)s AS DATE)
  ) AS days
), spans AS (
  SELECT
    held.slot,
    held.n,
    held.window_start - CAST('1970-01-01' AS DATE) AS opens,
    MAX(later.n) + 1 AS leaves
  FROM slots AS held
  JOIN slots AS later
    ON later.slot >= held.slot AND later.window_start <= held.slot
  GROUP BY
    held.slot,
    held.n,
    held.window_start
), dates AS (
  SELECT
    sample_date,
    sample_date - CAST('1970-01-01' AS DATE) AS n
  FROM (
    SELECT
      own_days.day AS sample_date,
      own_days.year_start AS window_start,
      CAST(own_days.day + INTERVAL '1 DAY' AS DATE) AS window_end
    FROM ref.fiscal AS own_days
  ) AS own_dates
  WHERE
    sample_date >= CAST(%(start_ds)s AS DATE)
    AND sample_date >= CAST('2022-12-20' AS DATE)
    AND sample_date >= (
      SELECT
        MIN(buckets.day)
      FROM ref.fiscal AS buckets
      WHERE
        buckets.day = buckets.year_start
    )
    AND sample_date < COALESCE(
      (
        SELECT
          MIN(buckets.day)
        FROM ref.fiscal AS buckets
        WHERE
          buckets.day = buckets.year_start AND buckets.day > CAST(%(end_ds)s AS DATE)
      ),
      CAST(%(execution_ds)s AS DATE)
    )
    AND sample_date < CAST(%(execution_ds)s AS DATE)
), bound AS (
  SELECT
    o.shop_id AS shop_id,
    CAST(o.ordered_at AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York' AS DATE) AS slot,
    o.customer AS customer
  FROM raw.orders AS o
  WHERE
    o.ordered_at >= CAST(COALESCE(
      (
        SELECT
          MAX(buckets.day)
        FROM ref.fiscal AS buckets
        WHERE
          buckets.day = buckets.year_start AND buckets.day <= CAST(%(start_ds)s AS DATE)
      ),
      CAST(%(start_ds)s AS DATE)
    ) AS TIMESTAMP) AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC'
    AND o.ordered_at >= CAST(COALESCE(
      (
        SELECT
          MAX(buckets.day)
        FROM ref.fiscal AS buckets
        WHERE
          buckets.day = buckets.year_start AND buckets.day <= CAST('2022-12-20' AS DATE)
      ),
      CAST('2022-12-20' AS DATE)
    ) AS TIMESTAMP) AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC'
    AND o.ordered_at >= CAST((
      SELECT
        MIN(buckets.day)
      FROM ref.fiscal AS buckets
      WHERE
        buckets.day = buckets.year_start
    ) AS TIMESTAMP) AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC'
    AND o.ordered_at < CAST(COALESCE(
      (
        SELECT
          MIN(buckets.day)
        FROM ref.fiscal AS buckets
        WHERE
          buckets.day = buckets.year_start AND buckets.day > CAST(%(end_ds)s AS DATE)
      ),
      CAST(%(execution_ds)s AS DATE)
    ) AS TIMESTAMP) AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC'
    AND o.ordered_at < CAST(CAST(%(execution_ds)s AS DATE) AS TIMESTAMP) AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC'
), seen AS (
  SELECT
    shop_id,
    spans.n,
    spans.leaves,
    customer,
    LAG(spans.leaves) OVER (PARTITION BY shop_id, customer ORDER BY spans.n) AS customer_left,
    LEAD(spans.n) OVER (PARTITION BY shop_id, customer ORDER BY spans.n) AS customer_back
  FROM bound
  JOIN spans
    ON spans.slot = bound.slot
), partials AS (
  SELECT
    shop_id,
    n,
    MAX(leaves) AS leaves,
    COUNT(CASE WHEN customer_left IS NULL OR customer_left <= n THEN 1 END) + COUNT(CASE WHEN customer_left IS NULL OR customer_left <= n THEN customer END) AS entered_customer,
    COUNT(CASE WHEN customer_back IS NULL OR customer_back >= leaves THEN 1 END) + COUNT(CASE WHEN customer_back IS NULL OR customer_back >= leaves THEN customer END) AS left_customer
  FROM seen
  GROUP BY
    shop_id,
    n
), changes AS (
  SELECT
    shop_id,
    n,
    CAST(SUM(weight_customer) AS BIGINT) AS weight_customer
  FROM (
    SELECT
      shop_id,
      n,
      entered_customer AS weight_customer
    FROM partials
    UNION ALL
    SELECT
      shop_id,
      leaves AS n,
      -left_customer AS weight_customer
    FROM partials
    WHERE
      leaves <= (
        SELECT
          MAX(n)
        FROM dates
      ) AND left_customer > 0
  ) AS each
  GROUP BY
    shop_id,
    n
), runs AS (
  SELECT
    shop_id,
    changes.n,
    LEAD(changes.n) OVER (PARTITION BY shop_id ORDER BY changes.n) AS following,
    SUM(weight_customer) OVER (
      PARTITION BY shop_id
      ORDER BY changes.n
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS weight_customer
  FROM changes
  JOIN spans
    ON spans.n = changes.n
), windowed AS (
  SELECT
    shop_id,
    weight_customer,
    GENERATE_SERIES(
      GREATEST(runs.n, wanted.first_n),
      LEAST(COALESCE(following, wanted.last_n + 1), wanted.last_n + 1) - 1
    ) AS n
  FROM runs
  CROSS JOIN (
    SELECT
      MIN(n) AS first_n,
      MAX(n) AS last_n
    FROM dates
  ) AS wanted
  WHERE
    weight_customer > 0
)
SELECT
  dates.sample_date AS metrics_sample_date,
  windowed.shop_id AS shop_id,
  'customers_fiscal_year_to_date' AS metric,
  CAST(CAST(CAST((
    windowed.weight_customer - (
      windowed.weight_customer % 2
    )
  ) AS DOUBLE PRECISION) / 2 AS BIGINT) AS DOUBLE PRECISION) AS amount
FROM windowed
JOIN dates
  ON dates.n = windowed.n
