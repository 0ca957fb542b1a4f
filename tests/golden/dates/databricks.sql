-- title: date_literal
CAST('2024-01-31' AS DATE)

-- title: timestamp_literal
CAST('2024-01-31 05:00:00' AS TIMESTAMP)

-- title: bucket_start hour
CAST(CAST(t AS DATE) AS TIMESTAMP_NTZ) + MAKE_DT_INTERVAL(0, HOUR(t))

-- title: bucket_end hour
start_day + INTERVAL '1' HOUR

-- title: bucket_start day
day

-- title: bucket_end day
DATE_ADD(start_day, 1)

-- title: bucket_start week
TRUNC(day, 'WEEK')

-- title: bucket_end week
DATE_ADD(start_day, 7)

-- title: bucket_start month
TRUNC(day, 'MONTH')

-- title: bucket_end month
ADD_MONTHS(start_day, 1)

-- title: bucket_start quarter
TRUNC(day, 'QUARTER')

-- title: bucket_end quarter
ADD_MONTHS(start_day, 3)

-- title: bucket_start half_year
CASE WHEN EXTRACT(MONTH FROM day) <= 6 THEN TRUNC(day, 'YEAR') ELSE ADD_MONTHS(TRUNC(day, 'YEAR'), 6) END

-- title: bucket_end half_year
ADD_MONTHS(start_day, 6)

-- title: bucket_start year
TRUNC(day, 'YEAR')

-- title: bucket_end year
ADD_MONTHS(start_day, 12)

-- title: bucket_start week from wednesday
DATE_ADD(TRUNC(DATE_ADD(day, -2), 'WEEK'), 2)

-- title: bucket_start week from saturday
DATE_ADD(TRUNC(DATE_ADD(day, 2), 'WEEK'), -2)

-- title: bucket_start week from sunday
DATE_ADD(TRUNC(DATE_ADD(day, 1), 'WEEK'), -1)

-- title: move hour 2
t + INTERVAL '2' HOUR

-- title: move hour -3
t - INTERVAL '3' HOUR

-- title: move hour n
t + n * INTERVAL '1' HOUR

-- title: move day 2
DATE_ADD(day, 2)

-- title: move day -3
DATE_ADD(day, -3)

-- title: move day n
DATE_ADD(day, CAST(n AS INT))

-- title: move week 2
DATE_ADD(day, 14)

-- title: move week -3
DATE_ADD(day, -21)

-- title: move week n
DATE_ADD(day, CAST(n * 7 AS INT))

-- title: move month 2
ADD_MONTHS(day, 2)

-- title: move month -3
ADD_MONTHS(day, -3)

-- title: move month n
ADD_MONTHS(day, CAST(n AS INT))

-- title: move quarter 2
ADD_MONTHS(day, 6)

-- title: move quarter -3
ADD_MONTHS(day, -9)

-- title: move quarter n
ADD_MONTHS(day, CAST(n * 3 AS INT))

-- title: move half_year 2
ADD_MONTHS(day, 12)

-- title: move half_year -3
ADD_MONTHS(day, -18)

-- title: move half_year n
ADD_MONTHS(day, CAST(n * 6 AS INT))

-- title: move year 2
ADD_MONTHS(day, 24)

-- title: move year -3
ADD_MONTHS(day, -36)

-- title: move year n
ADD_MONTHS(day, CAST(n * 12 AS INT))

-- title: move an expression
DATE_ADD(day + 1, CAST((n - 1) * 7 AS INT))

-- title: days_between
DATEDIFF(DAY, start_day, end_day)

-- title: local_date of a date in UTC, project in America/New_York
t

-- title: boundary of a date in UTC, project in America/New_York
day

-- title: boundary of a date in UTC, project in America/New_York, constant
CAST('2024-01-31' AS DATE)

-- title: local_date of a column of unknown type in UTC, project in UTC
CAST(t AS DATE)

-- title: boundary of a column of unknown type in UTC, project in UTC
day

-- title: boundary of a column of unknown type in UTC, project in UTC, constant
CAST('2024-01-31' AS DATE)

-- title: local_date of a timestamp in UTC, project in UTC
CAST(t AS DATE)

-- title: local_hour of a timestamp in UTC, project in UTC
CAST(CAST(t AS DATE) AS TIMESTAMP_NTZ) + MAKE_DT_INTERVAL(0, HOUR(t))

-- title: boundary of a timestamp in UTC, project in UTC
CAST(day AS TIMESTAMP_NTZ)

-- title: boundary of a timestamp in UTC, project in UTC, constant
CAST('2024-01-31 00:00:00' AS TIMESTAMP_NTZ)

-- title: local_date of a timestamp in UTC, project in America/New_York
CAST(CONVERT_TIMEZONE('UTC', 'America/New_York', CAST(t AS TIMESTAMP_NTZ)) AS DATE)

-- title: local_hour of a timestamp in UTC, project in America/New_York
CAST(CAST(t AS DATE) AS TIMESTAMP_NTZ) + MAKE_DT_INTERVAL(0, HOUR(t))

-- title: boundary of a timestamp in UTC, project in America/New_York
CONVERT_TIMEZONE('America/New_York', 'UTC', CAST(day AS TIMESTAMP_NTZ))

-- title: boundary of a timestamp in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00' AS TIMESTAMP_NTZ)

-- title: local_date of a timestamp in America/New_York, project in UTC
CAST(CONVERT_TIMEZONE('America/New_York', 'UTC', CAST(t AS TIMESTAMP_NTZ)) AS DATE)

-- title: local_hour of a timestamp in America/New_York, project in UTC
CAST(CAST(CONVERT_TIMEZONE('America/New_York', 'UTC', CAST(t AS TIMESTAMP_NTZ)) AS DATE) AS TIMESTAMP_NTZ) + MAKE_DT_INTERVAL(0, HOUR(CONVERT_TIMEZONE('America/New_York', 'UTC', CAST(t AS TIMESTAMP_NTZ))))

-- title: boundary of a timestamp in America/New_York, project in UTC
CONVERT_TIMEZONE('UTC', 'America/New_York', CAST(day AS TIMESTAMP_NTZ))

-- title: boundary of a timestamp in America/New_York, project in UTC, constant
CAST('2024-01-30 19:00:00' AS TIMESTAMP_NTZ)

-- title: local_date of a timestamptz in UTC, project in UTC
CAST(CONVERT_TIMEZONE('UTC', CAST(t AS TIMESTAMP_NTZ)) AS DATE)

-- title: local_hour of a timestamptz in UTC, project in UTC
CAST(CAST(CONVERT_TIMEZONE('UTC', CAST(t AS TIMESTAMP_NTZ)) AS DATE) AS TIMESTAMP_NTZ) + MAKE_DT_INTERVAL(0, HOUR(CONVERT_TIMEZONE('UTC', CAST(t AS TIMESTAMP_NTZ))))

-- title: boundary of a timestamptz in UTC, project in UTC
CAST(CONVERT_TIMEZONE('UTC', CURRENT_TIMEZONE(), CAST(day AS TIMESTAMP_NTZ)) AS TIMESTAMP)

-- title: boundary of a timestamptz in UTC, project in UTC, constant
CAST('2024-01-31 00:00:00+00:00' AS TIMESTAMP)

-- title: local_date of a timestamptz in UTC, project in America/New_York
CAST(CONVERT_TIMEZONE('America/New_York', CAST(t AS TIMESTAMP_NTZ)) AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/New_York
CAST(CAST(CONVERT_TIMEZONE('UTC', CAST(t AS TIMESTAMP_NTZ)) AS DATE) AS TIMESTAMP_NTZ) + MAKE_DT_INTERVAL(0, HOUR(CONVERT_TIMEZONE('UTC', CAST(t AS TIMESTAMP_NTZ))))

-- title: boundary of a timestamptz in UTC, project in America/New_York
CAST(CONVERT_TIMEZONE('America/New_York', CURRENT_TIMEZONE(), CAST(day AS TIMESTAMP_NTZ)) AS TIMESTAMP)

-- title: boundary of a timestamptz in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00+00:00' AS TIMESTAMP)

-- title: local_date of a timestamptz in UTC, project in Asia/Kolkata
CAST(CONVERT_TIMEZONE('Asia/Kolkata', CAST(t AS TIMESTAMP_NTZ)) AS DATE)

-- title: local_hour of a timestamptz in UTC, project in Asia/Kolkata
(CAST(CAST(CONVERT_TIMEZONE('UTC', CAST(t AS TIMESTAMP_NTZ)) - INTERVAL '30' MINUTE AS DATE) AS TIMESTAMP_NTZ) + MAKE_DT_INTERVAL(0, HOUR(CONVERT_TIMEZONE('UTC', CAST(t AS TIMESTAMP_NTZ)) - INTERVAL '30' MINUTE))) + INTERVAL '30' MINUTE

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata
CAST(CONVERT_TIMEZONE('Asia/Kolkata', CURRENT_TIMEZONE(), CAST(day AS TIMESTAMP_NTZ)) AS TIMESTAMP)

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata, constant
CAST('2024-01-30 18:30:00+00:00' AS TIMESTAMP)

-- title: local_date of a timestamptz in UTC, project in America/Havana
CAST(CONVERT_TIMEZONE('America/Havana', CAST(t AS TIMESTAMP_NTZ)) AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/Havana
CAST(CAST(CONVERT_TIMEZONE('UTC', CAST(t AS TIMESTAMP_NTZ)) AS DATE) AS TIMESTAMP_NTZ) + MAKE_DT_INTERVAL(0, HOUR(CONVERT_TIMEZONE('UTC', CAST(t AS TIMESTAMP_NTZ))))

-- title: boundary of a timestamptz in UTC, project in America/Havana
CASE WHEN CAST(CONVERT_TIMEZONE('America/Havana', CAST(CAST(CONVERT_TIMEZONE('America/Havana', CURRENT_TIMEZONE(), CAST(day AS TIMESTAMP_NTZ)) AS TIMESTAMP) - INTERVAL '1' HOUR AS TIMESTAMP_NTZ)) AS DATE) = day THEN CAST(CONVERT_TIMEZONE('America/Havana', CURRENT_TIMEZONE(), CAST(day AS TIMESTAMP_NTZ)) AS TIMESTAMP) - INTERVAL '1' HOUR ELSE CAST(CONVERT_TIMEZONE('America/Havana', CURRENT_TIMEZONE(), CAST(day AS TIMESTAMP_NTZ)) AS TIMESTAMP) END

-- title: boundary of a timestamptz in UTC, project in America/Havana, constant
CAST('2024-01-31 05:00:00+00:00' AS TIMESTAMP)

-- title: calendar_query 2024-01-01 to 2024-03-31
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
    ones.digit + 10 * tens.digit AS day_number
  FROM digits AS ones
  CROSS JOIN digits AS tens
), days AS (
  SELECT
    DATE_ADD(CAST('2024-01-01' AS DATE), CAST(day_number AS INT)) AS day
  FROM numbers
)
SELECT
  day,
  TRUNC(day, 'WEEK') AS week_start,
  DATE_ADD(TRUNC(day, 'WEEK'), 7) AS week_end,
  CASE
    WHEN EXTRACT(MONTH FROM day) <= 6
    THEN TRUNC(day, 'YEAR')
    ELSE ADD_MONTHS(TRUNC(day, 'YEAR'), 6)
  END AS half_year_start,
  ADD_MONTHS(
    CASE
      WHEN EXTRACT(MONTH FROM day) <= 6
      THEN TRUNC(day, 'YEAR')
      ELSE ADD_MONTHS(TRUNC(day, 'YEAR'), 6)
    END,
    6
  ) AS half_year_end
FROM days
WHERE
  day <= CAST('2024-03-31' AS DATE)

