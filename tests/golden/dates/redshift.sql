-- title: date_literal
CAST('2024-01-31' AS DATE)

-- title: timestamp_literal
CAST('2024-01-31 05:00:00' AS TIMESTAMP)

-- title: bucket_start hour
DATE_TRUNC('HOUR', t)

-- title: bucket_end hour
DATEADD(HOUR, 1, start_day)

-- title: bucket_start day
day

-- title: bucket_end day
CAST(DATEADD(DAY, 1, start_day) AS DATE)

-- title: bucket_start week
CAST(DATE_TRUNC('WEEK', day) AS DATE)

-- title: bucket_end week
CAST(DATEADD(DAY, 7, start_day) AS DATE)

-- title: bucket_start month
CAST(DATE_TRUNC('MONTH', day) AS DATE)

-- title: bucket_end month
CAST(DATEADD(MONTH, 1, start_day) AS DATE)

-- title: bucket_start quarter
CAST(DATE_TRUNC('QUARTER', day) AS DATE)

-- title: bucket_end quarter
CAST(DATEADD(MONTH, 3, start_day) AS DATE)

-- title: bucket_start half_year
CASE WHEN EXTRACT(MONTH FROM day) <= 6 THEN CAST(DATE_TRUNC('YEAR', day) AS DATE) ELSE CAST(DATEADD(MONTH, 6, DATE_TRUNC('YEAR', day)) AS DATE) END

-- title: bucket_end half_year
CAST(DATEADD(MONTH, 6, start_day) AS DATE)

-- title: bucket_start year
CAST(DATE_TRUNC('YEAR', day) AS DATE)

-- title: bucket_end year
CAST(DATEADD(MONTH, 12, start_day) AS DATE)

-- title: bucket_start week from wednesday
CAST(DATEADD(DAY, 2, DATE_TRUNC('WEEK', DATEADD(DAY, -2, day))) AS DATE)

-- title: bucket_start week from saturday
CAST(DATEADD(DAY, -2, DATE_TRUNC('WEEK', DATEADD(DAY, 2, day))) AS DATE)

-- title: bucket_start week from sunday
CAST(DATEADD(DAY, -1, DATE_TRUNC('WEEK', DATEADD(DAY, 1, day))) AS DATE)

-- title: move hour 2
DATEADD(HOUR, 2, t)

-- title: move hour -3
DATEADD(HOUR, -3, t)

-- title: move hour n
DATEADD(HOUR, n, t)

-- title: move day 2
CAST(DATEADD(DAY, 2, day) AS DATE)

-- title: move day -3
CAST(DATEADD(DAY, -3, day) AS DATE)

-- title: move day n
CAST(DATEADD(DAY, n, day) AS DATE)

-- title: move week 2
CAST(DATEADD(DAY, 14, day) AS DATE)

-- title: move week -3
CAST(DATEADD(DAY, -21, day) AS DATE)

-- title: move week n
CAST(DATEADD(DAY, n * 7, day) AS DATE)

-- title: move month 2
CAST(DATEADD(MONTH, 2, day) AS DATE)

-- title: move month -3
CAST(DATEADD(MONTH, -3, day) AS DATE)

-- title: move month n
CAST(DATEADD(MONTH, n, day) AS DATE)

-- title: move quarter 2
CAST(DATEADD(MONTH, 6, day) AS DATE)

-- title: move quarter -3
CAST(DATEADD(MONTH, -9, day) AS DATE)

-- title: move quarter n
CAST(DATEADD(MONTH, n * 3, day) AS DATE)

-- title: move half_year 2
CAST(DATEADD(MONTH, 12, day) AS DATE)

-- title: move half_year -3
CAST(DATEADD(MONTH, -18, day) AS DATE)

-- title: move half_year n
CAST(DATEADD(MONTH, n * 6, day) AS DATE)

-- title: move year 2
CAST(DATEADD(MONTH, 24, day) AS DATE)

-- title: move year -3
CAST(DATEADD(MONTH, -36, day) AS DATE)

-- title: move year n
CAST(DATEADD(MONTH, n * 12, day) AS DATE)

-- title: move an expression
CAST(DATEADD(DAY, (n - 1) * 7, day + 1) AS DATE)

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
CAST('2024-01-31 00:00:00+00:00' AS TIMESTAMP WITH TIME ZONE)

-- title: local_date of a timestamptz in UTC, project in America/New_York
CAST(t AT TIME ZONE 'America/New_York' AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/New_York
DATE_TRUNC('HOUR', t AT TIME ZONE 'UTC')

-- title: boundary of a timestamptz in UTC, project in America/New_York
CAST(day AS TIMESTAMP) AT TIME ZONE 'America/New_York'

-- title: boundary of a timestamptz in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00+00:00' AS TIMESTAMP WITH TIME ZONE)

-- title: local_date of a timestamptz in UTC, project in Asia/Kolkata
CAST(t AT TIME ZONE 'Asia/Kolkata' AS DATE)

-- title: local_hour of a timestamptz in UTC, project in Asia/Kolkata
DATEADD(MINUTE, 30, DATE_TRUNC('HOUR', DATEADD(MINUTE, -30, t AT TIME ZONE 'UTC')))

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata
CAST(day AS TIMESTAMP) AT TIME ZONE 'Asia/Kolkata'

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata, constant
CAST('2024-01-30 18:30:00+00:00' AS TIMESTAMP WITH TIME ZONE)

-- title: local_date of a timestamptz in UTC, project in America/Havana
CAST(t AT TIME ZONE 'America/Havana' AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/Havana
DATE_TRUNC('HOUR', t AT TIME ZONE 'UTC')

-- title: boundary of a timestamptz in UTC, project in America/Havana
CASE WHEN CAST(DATEADD(HOUR, -1, CAST(day AS TIMESTAMP) AT TIME ZONE 'America/Havana') AT TIME ZONE 'America/Havana' AS DATE) = day THEN DATEADD(HOUR, -1, CAST(day AS TIMESTAMP) AT TIME ZONE 'America/Havana') ELSE CAST(day AS TIMESTAMP) AT TIME ZONE 'America/Havana' END

-- title: boundary of a timestamptz in UTC, project in America/Havana, constant
CAST('2024-01-31 05:00:00+00:00' AS TIMESTAMP WITH TIME ZONE)

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
    CAST(DATEADD(DAY, day_number, CAST('2024-01-01' AS DATE)) AS DATE) AS day
  FROM numbers
)
SELECT
  day,
  CAST(DATE_TRUNC('WEEK', day) AS DATE) AS week_start,
  CAST(DATEADD(DAY, 7, DATE_TRUNC('WEEK', day)) AS DATE) AS week_end,
  CASE
    WHEN EXTRACT(MONTH FROM day) <= 6
    THEN CAST(DATE_TRUNC('YEAR', day) AS DATE)
    ELSE CAST(DATEADD(MONTH, 6, DATE_TRUNC('YEAR', day)) AS DATE)
  END AS half_year_start,
  CAST(DATEADD(
    MONTH,
    6,
    CASE
      WHEN EXTRACT(MONTH FROM day) <= 6
      THEN CAST(DATE_TRUNC('YEAR', day) AS DATE)
      ELSE CAST(DATEADD(MONTH, 6, DATE_TRUNC('YEAR', day)) AS DATE)
    END
  ) AS DATE) AS half_year_end
FROM days
WHERE
  day <= CAST('2024-03-31' AS DATE)

