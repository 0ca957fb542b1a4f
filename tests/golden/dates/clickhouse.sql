-- title: date_literal
CAST('2024-01-31' AS DATE)

-- title: timestamp_literal
CAST('2024-01-31 05:00:00' AS DateTime)

-- title: bucket_start hour
dateTrunc('HOUR', t)

-- title: bucket_end hour
DATE_ADD(HOUR, 1, start_day)

-- title: bucket_start day
day

-- title: bucket_end day
DATE_ADD(DAY, 1, start_day)

-- title: bucket_start week
dateTrunc('WEEK', day)

-- title: bucket_end week
DATE_ADD(DAY, 7, start_day)

-- title: bucket_start month
dateTrunc('MONTH', day)

-- title: bucket_end month
DATE_ADD(MONTH, 1, start_day)

-- title: bucket_start quarter
dateTrunc('QUARTER', day)

-- title: bucket_end quarter
DATE_ADD(MONTH, 3, start_day)

-- title: bucket_start half_year
CASE WHEN EXTRACT(MONTH FROM day) <= 6 THEN dateTrunc('YEAR', day) ELSE DATE_ADD(MONTH, 6, dateTrunc('YEAR', day)) END

-- title: bucket_end half_year
DATE_ADD(MONTH, 6, start_day)

-- title: bucket_start year
dateTrunc('YEAR', day)

-- title: bucket_end year
DATE_ADD(MONTH, 12, start_day)

-- title: bucket_start week from wednesday
DATE_ADD(DAY, 2, dateTrunc('WEEK', DATE_ADD(DAY, -2, day)))

-- title: bucket_start week from saturday
DATE_ADD(DAY, -2, dateTrunc('WEEK', DATE_ADD(DAY, 2, day)))

-- title: bucket_start week from sunday
DATE_ADD(DAY, -1, dateTrunc('WEEK', DATE_ADD(DAY, 1, day)))

-- title: move hour 2
DATE_ADD(HOUR, 2, t)

-- title: move hour -3
DATE_ADD(HOUR, -3, t)

-- title: move hour n
DATE_ADD(HOUR, n, t)

-- title: move day 2
DATE_ADD(DAY, 2, day)

-- title: move day -3
DATE_ADD(DAY, -3, day)

-- title: move day n
DATE_ADD(DAY, n, day)

-- title: move week 2
DATE_ADD(DAY, 14, day)

-- title: move week -3
DATE_ADD(DAY, -21, day)

-- title: move week n
DATE_ADD(DAY, n * 7, day)

-- title: move month 2
DATE_ADD(MONTH, 2, day)

-- title: move month -3
DATE_ADD(MONTH, -3, day)

-- title: move month n
DATE_ADD(MONTH, n, day)

-- title: move quarter 2
DATE_ADD(MONTH, 6, day)

-- title: move quarter -3
DATE_ADD(MONTH, -9, day)

-- title: move quarter n
DATE_ADD(MONTH, n * 3, day)

-- title: move half_year 2
DATE_ADD(MONTH, 12, day)

-- title: move half_year -3
DATE_ADD(MONTH, -18, day)

-- title: move half_year n
DATE_ADD(MONTH, n * 6, day)

-- title: move year 2
DATE_ADD(MONTH, 24, day)

-- title: move year -3
DATE_ADD(MONTH, -36, day)

-- title: move year n
DATE_ADD(MONTH, n * 12, day)

-- title: move an expression
DATE_ADD(DAY, (n - 1) * 7, day + 1)

-- title: days_between
DATE_DIFF(DAY, start_day, end_day)

-- title: local_date of a date in UTC, project in America/New_York
t

-- title: boundary of a date in UTC, project in America/New_York
day

-- title: boundary of a date in UTC, project in America/New_York, constant
CAST('2024-01-31' AS DATE)

-- title: local_date of a column of unknown type in UTC, project in UTC
toDate(t)

-- title: boundary of a column of unknown type in UTC, project in UTC
day

-- title: boundary of a column of unknown type in UTC, project in UTC, constant
CAST('2024-01-31' AS DATE)

-- title: local_date of a timestamp in UTC, project in UTC
toDate(t)

-- title: local_hour of a timestamp in UTC, project in UTC
dateTrunc('HOUR', t)

-- title: boundary of a timestamp in UTC, project in UTC
toDateTime(day)

-- title: boundary of a timestamp in UTC, project in UTC, constant
CAST('2024-01-31 00:00:00' AS DateTime)

-- title: local_date of a timestamp in UTC, project in America/New_York
toDate(toDateTime64(toString(toTimeZone(toDateTime64(toString(t), 6, 'UTC'), 'America/New_York')), 6))

-- title: local_hour of a timestamp in UTC, project in America/New_York
dateTrunc('HOUR', t)

-- title: boundary of a timestamp in UTC, project in America/New_York
toDateTime64(toString(toTimeZone(toDateTime(day, 'America/New_York'), 'UTC')), 6)

-- title: boundary of a timestamp in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00' AS DateTime)

-- title: local_date of a timestamp in America/New_York, project in UTC
toDate(toDateTime64(toString(toTimeZone(toDateTime64(toString(t), 6, 'America/New_York'), 'UTC')), 6))

-- title: local_hour of a timestamp in America/New_York, project in UTC
dateTrunc('HOUR', toDateTime64(toString(toTimeZone(toDateTime64(toString(t), 6, 'America/New_York'), 'UTC')), 6))

-- title: boundary of a timestamp in America/New_York, project in UTC
toDateTime64(toString(toTimeZone(toDateTime(day, 'UTC'), 'America/New_York')), 6)

-- title: boundary of a timestamp in America/New_York, project in UTC, constant
CAST('2024-01-30 19:00:00' AS DateTime)

-- title: local_date of a timestamptz in UTC, project in UTC
toDate(toTimeZone(t, 'UTC'))

-- title: local_hour of a timestamptz in UTC, project in UTC
dateTrunc('HOUR', toTimeZone(t, 'UTC'))

-- title: boundary of a timestamptz in UTC, project in UTC
toDateTime(day, 'UTC')

-- title: boundary of a timestamptz in UTC, project in UTC, constant
toDateTime('2024-01-31 00:00:00', 'UTC')

-- title: local_date of a timestamptz in UTC, project in America/New_York
toDate(toTimeZone(t, 'America/New_York'))

-- title: local_hour of a timestamptz in UTC, project in America/New_York
dateTrunc('HOUR', toTimeZone(t, 'UTC'))

-- title: boundary of a timestamptz in UTC, project in America/New_York
toDateTime(day, 'America/New_York')

-- title: boundary of a timestamptz in UTC, project in America/New_York, constant
toDateTime('2024-01-31 05:00:00', 'UTC')

-- title: local_date of a timestamptz in UTC, project in Asia/Kolkata
toDate(toTimeZone(t, 'Asia/Kolkata'))

-- title: local_hour of a timestamptz in UTC, project in Asia/Kolkata
DATE_ADD(MINUTE, 30, dateTrunc('HOUR', DATE_ADD(MINUTE, -30, toTimeZone(t, 'UTC'))))

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata
toDateTime(day, 'Asia/Kolkata')

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata, constant
toDateTime('2024-01-30 18:30:00', 'UTC')

-- title: local_date of a timestamptz in UTC, project in America/Havana
toDate(toTimeZone(t, 'America/Havana'))

-- title: local_hour of a timestamptz in UTC, project in America/Havana
dateTrunc('HOUR', toTimeZone(t, 'UTC'))

-- title: boundary of a timestamptz in UTC, project in America/Havana
CASE WHEN toDate(toTimeZone(DATE_ADD(HOUR, -1, toDateTime(day, 'America/Havana')), 'America/Havana')) = day THEN DATE_ADD(HOUR, -1, toDateTime(day, 'America/Havana')) ELSE toDateTime(day, 'America/Havana') END

-- title: boundary of a timestamptz in UTC, project in America/Havana, constant
toDateTime('2024-01-31 05:00:00', 'UTC')

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
    DATE_ADD(DAY, day_number, CAST('2024-01-01' AS DATE)) AS day
  FROM numbers
)
SELECT
  day,
  dateTrunc('WEEK', day) AS week_start,
  DATE_ADD(DAY, 7, dateTrunc('WEEK', day)) AS week_end,
  CASE
    WHEN EXTRACT(MONTH FROM day) <= 6
    THEN dateTrunc('YEAR', day)
    ELSE DATE_ADD(MONTH, 6, dateTrunc('YEAR', day))
  END AS half_year_start,
  DATE_ADD(
    MONTH,
    6,
    CASE
      WHEN EXTRACT(MONTH FROM day) <= 6
      THEN dateTrunc('YEAR', day)
      ELSE DATE_ADD(MONTH, 6, dateTrunc('YEAR', day))
    END
  ) AS half_year_end
FROM days
WHERE
  day <= CAST('2024-03-31' AS DATE)

