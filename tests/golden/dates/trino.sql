-- title: date_literal
CAST('2024-01-31' AS DATE)

-- title: timestamp_literal
CAST('2024-01-31 05:00:00' AS TIMESTAMP)

-- title: bucket_start hour
DATE_TRUNC('HOUR', t)

-- title: bucket_end hour
DATE_ADD('HOUR', 1, start_day)

-- title: bucket_start day
day

-- title: bucket_end day
DATE_ADD('DAY', 1, start_day)

-- title: bucket_start week
DATE_TRUNC('WEEK', day)

-- title: bucket_end week
DATE_ADD('DAY', 7, start_day)

-- title: bucket_start month
DATE_TRUNC('MONTH', day)

-- title: bucket_end month
DATE_ADD('MONTH', 1, start_day)

-- title: bucket_start quarter
DATE_TRUNC('QUARTER', day)

-- title: bucket_end quarter
DATE_ADD('MONTH', 3, start_day)

-- title: bucket_start half_year
CASE WHEN EXTRACT(MONTH FROM day) <= 6 THEN DATE_TRUNC('YEAR', day) ELSE DATE_ADD('MONTH', 6, DATE_TRUNC('YEAR', day)) END

-- title: bucket_end half_year
DATE_ADD('MONTH', 6, start_day)

-- title: bucket_start year
DATE_TRUNC('YEAR', day)

-- title: bucket_end year
DATE_ADD('MONTH', 12, start_day)

-- title: bucket_start week from wednesday
DATE_ADD('DAY', 2, DATE_TRUNC('WEEK', DATE_ADD('DAY', -2, day)))

-- title: bucket_start week from saturday
DATE_ADD('DAY', -2, DATE_TRUNC('WEEK', DATE_ADD('DAY', 2, day)))

-- title: bucket_start week from sunday
DATE_ADD('DAY', -1, DATE_TRUNC('WEEK', DATE_ADD('DAY', 1, day)))

-- title: move hour 2
DATE_ADD('HOUR', 2, t)

-- title: move hour -3
DATE_ADD('HOUR', -3, t)

-- title: move hour n
DATE_ADD('HOUR', CAST(n AS BIGINT), t)

-- title: move day 2
DATE_ADD('DAY', 2, day)

-- title: move day -3
DATE_ADD('DAY', -3, day)

-- title: move day n
DATE_ADD('DAY', CAST(n AS BIGINT), day)

-- title: move week 2
DATE_ADD('DAY', 14, day)

-- title: move week -3
DATE_ADD('DAY', -21, day)

-- title: move week n
DATE_ADD('DAY', CAST(n * 7 AS BIGINT), day)

-- title: move month 2
DATE_ADD('MONTH', 2, day)

-- title: move month -3
DATE_ADD('MONTH', -3, day)

-- title: move month n
DATE_ADD('MONTH', CAST(n AS BIGINT), day)

-- title: move quarter 2
DATE_ADD('MONTH', 6, day)

-- title: move quarter -3
DATE_ADD('MONTH', -9, day)

-- title: move quarter n
DATE_ADD('MONTH', CAST(n * 3 AS BIGINT), day)

-- title: move half_year 2
DATE_ADD('MONTH', 12, day)

-- title: move half_year -3
DATE_ADD('MONTH', -18, day)

-- title: move half_year n
DATE_ADD('MONTH', CAST(n * 6 AS BIGINT), day)

-- title: move year 2
DATE_ADD('MONTH', 24, day)

-- title: move year -3
DATE_ADD('MONTH', -36, day)

-- title: move year n
DATE_ADD('MONTH', CAST(n * 12 AS BIGINT), day)

-- title: move an expression
DATE_ADD('DAY', CAST((n - 1) * 7 AS BIGINT), day + 1)

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
CAST(AT_TIMEZONE(WITH_TIMEZONE(t, 'UTC'), 'America/New_York') AS DATE)

-- title: local_hour of a timestamp in UTC, project in America/New_York
DATE_TRUNC('HOUR', t)

-- title: boundary of a timestamp in UTC, project in America/New_York
CAST(AT_TIMEZONE(WITH_TIMEZONE(CAST(day AS TIMESTAMP), 'America/New_York'), 'UTC') AS TIMESTAMP)

-- title: boundary of a timestamp in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00' AS TIMESTAMP)

-- title: local_date of a timestamp in America/New_York, project in UTC
CAST(AT_TIMEZONE(WITH_TIMEZONE(t, 'America/New_York'), 'UTC') AS DATE)

-- title: local_hour of a timestamp in America/New_York, project in UTC
DATE_TRUNC('HOUR', CAST(AT_TIMEZONE(WITH_TIMEZONE(t, 'America/New_York'), 'UTC') AS TIMESTAMP))

-- title: boundary of a timestamp in America/New_York, project in UTC
CAST(AT_TIMEZONE(WITH_TIMEZONE(CAST(day AS TIMESTAMP), 'UTC'), 'America/New_York') AS TIMESTAMP)

-- title: boundary of a timestamp in America/New_York, project in UTC, constant
CAST('2024-01-30 19:00:00' AS TIMESTAMP)

-- title: local_date of a timestamptz in UTC, project in UTC
CAST(AT_TIMEZONE(t, 'UTC') AS DATE)

-- title: local_hour of a timestamptz in UTC, project in UTC
DATE_TRUNC('HOUR', CAST(AT_TIMEZONE(t, 'UTC') AS TIMESTAMP))

-- title: boundary of a timestamptz in UTC, project in UTC
WITH_TIMEZONE(CAST(day AS TIMESTAMP), 'UTC')

-- title: boundary of a timestamptz in UTC, project in UTC, constant
CAST('2024-01-31 00:00:00+00:00' AS TIMESTAMP WITH TIME ZONE)

-- title: local_date of a timestamptz in UTC, project in America/New_York
CAST(AT_TIMEZONE(t, 'America/New_York') AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/New_York
DATE_TRUNC('HOUR', CAST(AT_TIMEZONE(t, 'UTC') AS TIMESTAMP))

-- title: boundary of a timestamptz in UTC, project in America/New_York
WITH_TIMEZONE(CAST(day AS TIMESTAMP), 'America/New_York')

-- title: boundary of a timestamptz in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00+00:00' AS TIMESTAMP WITH TIME ZONE)

-- title: local_date of a timestamptz in UTC, project in Asia/Kolkata
CAST(AT_TIMEZONE(t, 'Asia/Kolkata') AS DATE)

-- title: local_hour of a timestamptz in UTC, project in Asia/Kolkata
DATE_ADD('MINUTE', 30, DATE_TRUNC('HOUR', DATE_ADD('MINUTE', -30, CAST(AT_TIMEZONE(t, 'UTC') AS TIMESTAMP))))

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata
WITH_TIMEZONE(CAST(day AS TIMESTAMP), 'Asia/Kolkata')

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata, constant
CAST('2024-01-30 18:30:00+00:00' AS TIMESTAMP WITH TIME ZONE)

-- title: local_date of a timestamptz in UTC, project in America/Havana
CAST(AT_TIMEZONE(t, 'America/Havana') AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/Havana
DATE_TRUNC('HOUR', CAST(AT_TIMEZONE(t, 'UTC') AS TIMESTAMP))

-- title: boundary of a timestamptz in UTC, project in America/Havana
CASE WHEN CAST(AT_TIMEZONE(DATE_ADD('HOUR', -1, WITH_TIMEZONE(CAST(day AS TIMESTAMP), 'America/Havana')), 'America/Havana') AS DATE) = day THEN DATE_ADD('HOUR', -1, WITH_TIMEZONE(CAST(day AS TIMESTAMP), 'America/Havana')) ELSE WITH_TIMEZONE(CAST(day AS TIMESTAMP), 'America/Havana') END

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
    DATE_ADD('DAY', CAST(day_number AS BIGINT), CAST('2024-01-01' AS DATE)) AS day
  FROM numbers
)
SELECT
  day,
  DATE_TRUNC('WEEK', day) AS week_start,
  DATE_ADD('DAY', 7, DATE_TRUNC('WEEK', day)) AS week_end,
  CASE
    WHEN EXTRACT(MONTH FROM day) <= 6
    THEN DATE_TRUNC('YEAR', day)
    ELSE DATE_ADD('MONTH', 6, DATE_TRUNC('YEAR', day))
  END AS half_year_start,
  DATE_ADD(
    'MONTH',
    6,
    CASE
      WHEN EXTRACT(MONTH FROM day) <= 6
      THEN DATE_TRUNC('YEAR', day)
      ELSE DATE_ADD('MONTH', 6, DATE_TRUNC('YEAR', day))
    END
  ) AS half_year_end
FROM days
WHERE
  day <= CAST('2024-03-31' AS DATE)

