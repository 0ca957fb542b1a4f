-- title: date_literal
CAST('2024-01-31' AS DATE)

-- title: timestamp_literal
CAST('2024-01-31 05:00:00' AS TIMESTAMP)

-- title: bucket_start hour
DATE_TRUNC('HOUR', t)

-- title: bucket_end hour
start_day + INTERVAL '1' HOUR

-- title: bucket_start day
day

-- title: bucket_end day
CAST(start_day + INTERVAL '1' DAY AS DATE)

-- title: bucket_start week
CAST(DATE_TRUNC('WEEK', day) AS DATE)

-- title: bucket_end week
CAST(start_day + INTERVAL '7' DAY AS DATE)

-- title: bucket_start month
CAST(DATE_TRUNC('MONTH', day) AS DATE)

-- title: bucket_end month
CAST(start_day + INTERVAL '1' MONTH AS DATE)

-- title: bucket_start quarter
CAST(DATE_TRUNC('QUARTER', day) AS DATE)

-- title: bucket_end quarter
CAST(start_day + INTERVAL '3' MONTH AS DATE)

-- title: bucket_start half_year
CASE WHEN EXTRACT(MONTH FROM day) <= 6 THEN CAST(DATE_TRUNC('YEAR', day) AS DATE) ELSE CAST(DATE_TRUNC('YEAR', day) + INTERVAL '6' MONTH AS DATE) END

-- title: bucket_end half_year
CAST(start_day + INTERVAL '6' MONTH AS DATE)

-- title: bucket_start year
CAST(DATE_TRUNC('YEAR', day) AS DATE)

-- title: bucket_end year
CAST(start_day + INTERVAL '12' MONTH AS DATE)

-- title: bucket_start week from wednesday
CAST(DATE_TRUNC('WEEK', day - INTERVAL '2' DAY) + INTERVAL '2' DAY AS DATE)

-- title: bucket_start week from saturday
CAST(DATE_TRUNC('WEEK', day + INTERVAL '2' DAY) - INTERVAL '2' DAY AS DATE)

-- title: bucket_start week from sunday
CAST(DATE_TRUNC('WEEK', day + INTERVAL '1' DAY) - INTERVAL '1' DAY AS DATE)

-- title: move hour 2
t + INTERVAL '2' HOUR

-- title: move hour -3
t - INTERVAL '3' HOUR

-- title: move hour n
t + n * INTERVAL '1' HOUR

-- title: move day 2
CAST(day + INTERVAL '2' DAY AS DATE)

-- title: move day -3
CAST(day - INTERVAL '3' DAY AS DATE)

-- title: move day n
CAST(day + n * INTERVAL '1' DAY AS DATE)

-- title: move week 2
CAST(day + INTERVAL '14' DAY AS DATE)

-- title: move week -3
CAST(day - INTERVAL '21' DAY AS DATE)

-- title: move week n
CAST(day + (n * 7) * INTERVAL '1' DAY AS DATE)

-- title: move month 2
CAST(day + INTERVAL '2' MONTH AS DATE)

-- title: move month -3
CAST(day - INTERVAL '3' MONTH AS DATE)

-- title: move month n
CAST(day + n * INTERVAL '1' MONTH AS DATE)

-- title: move quarter 2
CAST(day + INTERVAL '6' MONTH AS DATE)

-- title: move quarter -3
CAST(day - INTERVAL '9' MONTH AS DATE)

-- title: move quarter n
CAST(day + (n * 3) * INTERVAL '1' MONTH AS DATE)

-- title: move half_year 2
CAST(day + INTERVAL '12' MONTH AS DATE)

-- title: move half_year -3
CAST(day - INTERVAL '18' MONTH AS DATE)

-- title: move half_year n
CAST(day + (n * 6) * INTERVAL '1' MONTH AS DATE)

-- title: move year 2
CAST(day + INTERVAL '24' MONTH AS DATE)

-- title: move year -3
CAST(day - INTERVAL '36' MONTH AS DATE)

-- title: move year n
CAST(day + (n * 12) * INTERVAL '1' MONTH AS DATE)

-- title: move an expression
CAST((day + 1) + ((n - 1) * 7) * INTERVAL '1' DAY AS DATE)

-- title: days_between
DATE_DIFF('DAY', start_day, end_day)

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
DATE_TRUNC('HOUR', t)

-- title: boundary of a timestamp in UTC, project in UTC
CAST(day AS TIMESTAMP)

-- title: boundary of a timestamp in UTC, project in UTC, constant
CAST('2024-01-31 00:00:00' AS TIMESTAMP)

-- title: local_date of a timestamp in UTC, project in America/New_York
CAST(t AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York' AS DATE)

-- title: local_hour of a timestamp in UTC, project in America/New_York
DATE_TRUNC('HOUR', t)

-- title: boundary of a timestamp in UTC, project in America/New_York
CAST(day AS TIMESTAMP) AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC'

-- title: boundary of a timestamp in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00' AS TIMESTAMP)

-- title: local_date of a timestamp in America/New_York, project in UTC
CAST(t AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC' AS DATE)

-- title: local_hour of a timestamp in America/New_York, project in UTC
DATE_TRUNC('HOUR', t AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC')

-- title: boundary of a timestamp in America/New_York, project in UTC
CAST(day AS TIMESTAMP) AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York'

-- title: boundary of a timestamp in America/New_York, project in UTC, constant
CAST('2024-01-30 19:00:00' AS TIMESTAMP)

-- title: local_date of a timestamptz in UTC, project in UTC
CAST(t AT TIME ZONE 'UTC' AS DATE)

-- title: local_hour of a timestamptz in UTC, project in UTC
DATE_TRUNC('HOUR', t AT TIME ZONE 'UTC')

-- title: boundary of a timestamptz in UTC, project in UTC
CAST(day AS TIMESTAMP) AT TIME ZONE 'UTC'

-- title: boundary of a timestamptz in UTC, project in UTC, constant
CAST('2024-01-31 00:00:00+00:00' AS TIMESTAMPTZ)

-- title: local_date of a timestamptz in UTC, project in America/New_York
CAST(t AT TIME ZONE 'America/New_York' AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/New_York
DATE_TRUNC('HOUR', t AT TIME ZONE 'UTC')

-- title: boundary of a timestamptz in UTC, project in America/New_York
CAST(day AS TIMESTAMP) AT TIME ZONE 'America/New_York'

-- title: boundary of a timestamptz in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00+00:00' AS TIMESTAMPTZ)

-- title: local_date of a timestamptz in UTC, project in Asia/Kolkata
CAST(t AT TIME ZONE 'Asia/Kolkata' AS DATE)

-- title: local_hour of a timestamptz in UTC, project in Asia/Kolkata
DATE_TRUNC('HOUR', t AT TIME ZONE 'UTC' - INTERVAL '30' MINUTE) + INTERVAL '30' MINUTE

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata
CAST(day AS TIMESTAMP) AT TIME ZONE 'Asia/Kolkata'

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata, constant
CAST('2024-01-30 18:30:00+00:00' AS TIMESTAMPTZ)

-- title: local_date of a timestamptz in UTC, project in America/Havana
CAST(t AT TIME ZONE 'America/Havana' AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/Havana
DATE_TRUNC('HOUR', t AT TIME ZONE 'UTC')

-- title: boundary of a timestamptz in UTC, project in America/Havana
CASE WHEN CAST((CAST(day AS TIMESTAMP) AT TIME ZONE 'America/Havana' - INTERVAL '1' HOUR) AT TIME ZONE 'America/Havana' AS DATE) = day THEN CAST(day AS TIMESTAMP) AT TIME ZONE 'America/Havana' - INTERVAL '1' HOUR ELSE CAST(day AS TIMESTAMP) AT TIME ZONE 'America/Havana' END

-- title: boundary of a timestamptz in UTC, project in America/Havana, constant
CAST('2024-01-31 05:00:00+00:00' AS TIMESTAMPTZ)

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
    CAST(CAST('2024-01-01' AS DATE) + day_number * INTERVAL '1' DAY AS DATE) AS day
  FROM numbers
)
SELECT
  day,
  CAST(DATE_TRUNC('WEEK', day) AS DATE) AS week_start,
  CAST(DATE_TRUNC('WEEK', day) + INTERVAL '7' DAY AS DATE) AS week_end,
  CASE
    WHEN EXTRACT(MONTH FROM day) <= 6
    THEN CAST(DATE_TRUNC('YEAR', day) AS DATE)
    ELSE CAST(DATE_TRUNC('YEAR', day) + INTERVAL '6' MONTH AS DATE)
  END AS half_year_start,
  CAST(CASE
    WHEN EXTRACT(MONTH FROM day) <= 6
    THEN CAST(DATE_TRUNC('YEAR', day) AS DATE)
    ELSE CAST(DATE_TRUNC('YEAR', day) + INTERVAL '6' MONTH AS DATE)
  END + INTERVAL '6' MONTH AS DATE) AS half_year_end
FROM days
WHERE
  day <= CAST('2024-03-31' AS DATE)

