-- title: date_literal
CAST('2024-01-31' AS DATE)

-- title: timestamp_literal
CAST('2024-01-31 05:00:00' AS DATETIME)

-- title: bucket_start hour
DATETIME_TRUNC(t, HOUR)

-- title: bucket_end hour
DATETIME_ADD(start_day, INTERVAL 1 HOUR)

-- title: bucket_start day
day

-- title: bucket_end day
DATE_ADD(start_day, INTERVAL 1 DAY)

-- title: bucket_start week
DATE_TRUNC(day, WEEK(MONDAY))

-- title: bucket_end week
DATE_ADD(start_day, INTERVAL 7 DAY)

-- title: bucket_start month
DATE_TRUNC(day, MONTH)

-- title: bucket_end month
DATE_ADD(start_day, INTERVAL 1 MONTH)

-- title: bucket_start quarter
DATE_TRUNC(day, QUARTER)

-- title: bucket_end quarter
DATE_ADD(start_day, INTERVAL 3 MONTH)

-- title: bucket_start half_year
CASE WHEN EXTRACT(MONTH FROM day) <= 6 THEN DATE_TRUNC(day, YEAR) ELSE DATE_ADD(DATE_TRUNC(day, YEAR), INTERVAL 6 MONTH) END

-- title: bucket_end half_year
DATE_ADD(start_day, INTERVAL 6 MONTH)

-- title: bucket_start year
DATE_TRUNC(day, YEAR)

-- title: bucket_end year
DATE_ADD(start_day, INTERVAL 12 MONTH)

-- title: bucket_start week from wednesday
DATE_TRUNC(day, WEEK(WEDNESDAY))

-- title: bucket_start week from saturday
DATE_TRUNC(day, WEEK(SATURDAY))

-- title: bucket_start week from sunday
DATE_TRUNC(day, WEEK(SUNDAY))

-- title: move hour 2
DATETIME_ADD(t, INTERVAL 2 HOUR)

-- title: move hour -3
DATETIME_SUB(t, INTERVAL 3 HOUR)

-- title: move hour n
DATETIME_ADD(t, INTERVAL n HOUR)

-- title: move day 2
DATE_ADD(day, INTERVAL 2 DAY)

-- title: move day -3
DATE_SUB(day, INTERVAL 3 DAY)

-- title: move day n
DATE_ADD(day, INTERVAL n DAY)

-- title: move week 2
DATE_ADD(day, INTERVAL 14 DAY)

-- title: move week -3
DATE_SUB(day, INTERVAL 21 DAY)

-- title: move week n
DATE_ADD(day, INTERVAL (n * 7) DAY)

-- title: move month 2
DATE_ADD(day, INTERVAL 2 MONTH)

-- title: move month -3
DATE_SUB(day, INTERVAL 3 MONTH)

-- title: move month n
DATE_ADD(day, INTERVAL n MONTH)

-- title: move quarter 2
DATE_ADD(day, INTERVAL 6 MONTH)

-- title: move quarter -3
DATE_SUB(day, INTERVAL 9 MONTH)

-- title: move quarter n
DATE_ADD(day, INTERVAL (n * 3) MONTH)

-- title: move half_year 2
DATE_ADD(day, INTERVAL 12 MONTH)

-- title: move half_year -3
DATE_SUB(day, INTERVAL 18 MONTH)

-- title: move half_year n
DATE_ADD(day, INTERVAL (n * 6) MONTH)

-- title: move year 2
DATE_ADD(day, INTERVAL 24 MONTH)

-- title: move year -3
DATE_SUB(day, INTERVAL 36 MONTH)

-- title: move year n
DATE_ADD(day, INTERVAL (n * 12) MONTH)

-- title: move an expression
DATE_ADD(day + 1, INTERVAL ((n - 1) * 7) DAY)

-- title: days_between
DATE_DIFF(end_day, start_day, DAY)

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
DATETIME_TRUNC(t, HOUR)

-- title: boundary of a timestamp in UTC, project in UTC
CAST(day AS DATETIME)

-- title: boundary of a timestamp in UTC, project in UTC, constant
CAST('2024-01-31 00:00:00' AS DATETIME)

-- title: local_date of a timestamp in UTC, project in America/New_York
CAST(DATETIME(TIMESTAMP(t, 'UTC'), 'America/New_York') AS DATE)

-- title: local_hour of a timestamp in UTC, project in America/New_York
DATETIME_TRUNC(t, HOUR)

-- title: boundary of a timestamp in UTC, project in America/New_York
DATETIME(TIMESTAMP(CAST(day AS DATETIME), 'America/New_York'), 'UTC')

-- title: boundary of a timestamp in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00' AS DATETIME)

-- title: local_date of a timestamp in America/New_York, project in UTC
CAST(DATETIME(TIMESTAMP(t, 'America/New_York'), 'UTC') AS DATE)

-- title: local_hour of a timestamp in America/New_York, project in UTC
DATETIME_TRUNC(DATETIME(TIMESTAMP(t, 'America/New_York'), 'UTC'), HOUR)

-- title: boundary of a timestamp in America/New_York, project in UTC
DATETIME(TIMESTAMP(CAST(day AS DATETIME), 'UTC'), 'America/New_York')

-- title: boundary of a timestamp in America/New_York, project in UTC, constant
CAST('2024-01-30 19:00:00' AS DATETIME)

-- title: local_date of a timestamptz in UTC, project in UTC
CAST(DATETIME(t, 'UTC') AS DATE)

-- title: local_hour of a timestamptz in UTC, project in UTC
DATETIME_TRUNC(DATETIME(t, 'UTC'), HOUR)

-- title: boundary of a timestamptz in UTC, project in UTC
TIMESTAMP(CAST(day AS DATETIME), 'UTC')

-- title: boundary of a timestamptz in UTC, project in UTC, constant
CAST('2024-01-31 00:00:00+00:00' AS TIMESTAMP)

-- title: local_date of a timestamptz in UTC, project in America/New_York
CAST(DATETIME(t, 'America/New_York') AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/New_York
DATETIME_TRUNC(DATETIME(t, 'UTC'), HOUR)

-- title: boundary of a timestamptz in UTC, project in America/New_York
TIMESTAMP(CAST(day AS DATETIME), 'America/New_York')

-- title: boundary of a timestamptz in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00+00:00' AS TIMESTAMP)

-- title: local_date of a timestamptz in UTC, project in Asia/Kolkata
CAST(DATETIME(t, 'Asia/Kolkata') AS DATE)

-- title: local_hour of a timestamptz in UTC, project in Asia/Kolkata
DATETIME_ADD(DATETIME_TRUNC(DATETIME_SUB(DATETIME(t, 'UTC'), INTERVAL 30 MINUTE), HOUR), INTERVAL 30 MINUTE)

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata
TIMESTAMP(CAST(day AS DATETIME), 'Asia/Kolkata')

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata, constant
CAST('2024-01-30 18:30:00+00:00' AS TIMESTAMP)

-- title: local_date of a timestamptz in UTC, project in America/Havana
CAST(DATETIME(t, 'America/Havana') AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/Havana
DATETIME_TRUNC(DATETIME(t, 'UTC'), HOUR)

-- title: boundary of a timestamptz in UTC, project in America/Havana
CASE WHEN CAST(DATETIME(TIMESTAMP_SUB(TIMESTAMP(CAST(day AS DATETIME), 'America/Havana'), INTERVAL 1 HOUR), 'America/Havana') AS DATE) = day THEN TIMESTAMP_SUB(TIMESTAMP(CAST(day AS DATETIME), 'America/Havana'), INTERVAL 1 HOUR) ELSE TIMESTAMP(CAST(day AS DATETIME), 'America/Havana') END

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
    DATE_ADD(CAST('2024-01-01' AS DATE), INTERVAL day_number DAY) AS day
  FROM numbers
)
SELECT
  day,
  DATE_TRUNC(day, WEEK(MONDAY)) AS week_start,
  DATE_ADD(DATE_TRUNC(day, WEEK(MONDAY)), INTERVAL 7 DAY) AS week_end,
  CASE
    WHEN EXTRACT(MONTH FROM day) <= 6
    THEN DATE_TRUNC(day, YEAR)
    ELSE DATE_ADD(DATE_TRUNC(day, YEAR), INTERVAL 6 MONTH)
  END AS half_year_start,
  DATE_ADD(CASE
    WHEN EXTRACT(MONTH FROM day) <= 6
    THEN DATE_TRUNC(day, YEAR)
    ELSE DATE_ADD(DATE_TRUNC(day, YEAR), INTERVAL 6 MONTH)
  END, INTERVAL 6 MONTH) AS half_year_end
FROM days
WHERE
  day <= CAST('2024-03-31' AS DATE)

