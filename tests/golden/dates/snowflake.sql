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
DATEADD(DAY, 1, start_day)

-- title: bucket_start week
DATEADD(DAY, -((DAYOFWEEKISO(day) + 6) % 7), day)

-- title: bucket_end week
DATEADD(DAY, 7, start_day)

-- title: bucket_start month
DATE_TRUNC('MONTH', day)

-- title: bucket_end month
DATEADD(MONTH, 1, start_day)

-- title: bucket_start quarter
DATE_TRUNC('QUARTER', day)

-- title: bucket_end quarter
DATEADD(MONTH, 3, start_day)

-- title: bucket_start half_year
CASE WHEN DATE_PART(MONTH, day) <= 6 THEN DATE_TRUNC('YEAR', day) ELSE DATEADD(MONTH, 6, DATE_TRUNC('YEAR', day)) END

-- title: bucket_end half_year
DATEADD(MONTH, 6, start_day)

-- title: bucket_start year
DATE_TRUNC('YEAR', day)

-- title: bucket_end year
DATEADD(MONTH, 12, start_day)

-- title: bucket_start week from wednesday
DATEADD(DAY, -((DAYOFWEEKISO(day) + 4) % 7), day)

-- title: bucket_start week from saturday
DATEADD(DAY, -((DAYOFWEEKISO(day) + 1) % 7), day)

-- title: bucket_start week from sunday
DATEADD(DAY, -(DAYOFWEEKISO(day) % 7), day)

-- title: move hour 2
DATEADD(HOUR, 2, t)

-- title: move hour -3
DATEADD(HOUR, -3, t)

-- title: move hour n
DATEADD(HOUR, n, t)

-- title: move day 2
DATEADD(DAY, 2, day)

-- title: move day -3
DATEADD(DAY, -3, day)

-- title: move day n
DATEADD(DAY, n, day)

-- title: move week 2
DATEADD(DAY, 14, day)

-- title: move week -3
DATEADD(DAY, -21, day)

-- title: move week n
DATEADD(DAY, n * 7, day)

-- title: move month 2
DATEADD(MONTH, 2, day)

-- title: move month -3
DATEADD(MONTH, -3, day)

-- title: move month n
DATEADD(MONTH, n, day)

-- title: move quarter 2
DATEADD(MONTH, 6, day)

-- title: move quarter -3
DATEADD(MONTH, -9, day)

-- title: move quarter n
DATEADD(MONTH, n * 3, day)

-- title: move half_year 2
DATEADD(MONTH, 12, day)

-- title: move half_year -3
DATEADD(MONTH, -18, day)

-- title: move half_year n
DATEADD(MONTH, n * 6, day)

-- title: move year 2
DATEADD(MONTH, 24, day)

-- title: move year -3
DATEADD(MONTH, -36, day)

-- title: move year n
DATEADD(MONTH, n * 12, day)

-- title: move an expression
DATEADD(DAY, (n - 1) * 7, day + 1)

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
CAST(day AS TIMESTAMPNTZ)

-- title: boundary of a timestamp in UTC, project in UTC, constant
CAST('2024-01-31 00:00:00' AS TIMESTAMP)

-- title: local_date of a timestamp in UTC, project in America/New_York
CAST(CONVERT_TIMEZONE('UTC', 'America/New_York', CAST(t AS TIMESTAMPNTZ)) AS DATE)

-- title: local_hour of a timestamp in UTC, project in America/New_York
DATE_TRUNC('HOUR', t)

-- title: boundary of a timestamp in UTC, project in America/New_York
CONVERT_TIMEZONE('America/New_York', 'UTC', CAST(day AS TIMESTAMPNTZ))

-- title: boundary of a timestamp in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00' AS TIMESTAMP)

-- title: local_date of a timestamp in America/New_York, project in UTC
CAST(CONVERT_TIMEZONE('America/New_York', 'UTC', CAST(t AS TIMESTAMPNTZ)) AS DATE)

-- title: local_hour of a timestamp in America/New_York, project in UTC
DATE_TRUNC('HOUR', CONVERT_TIMEZONE('America/New_York', 'UTC', CAST(t AS TIMESTAMPNTZ)))

-- title: boundary of a timestamp in America/New_York, project in UTC
CONVERT_TIMEZONE('UTC', 'America/New_York', CAST(day AS TIMESTAMPNTZ))

-- title: boundary of a timestamp in America/New_York, project in UTC, constant
CAST('2024-01-30 19:00:00' AS TIMESTAMP)

-- title: local_date of a timestamptz in UTC, project in UTC
CAST(CONVERT_TIMEZONE('UTC', t) AS DATE)

-- title: local_hour of a timestamptz in UTC, project in UTC
DATE_TRUNC('HOUR', CAST(CONVERT_TIMEZONE('UTC', t) AS TIMESTAMPNTZ))

-- title: boundary of a timestamptz in UTC, project in UTC
TIMESTAMP_TZ_FROM_PARTS(DATE_PART(YEAR, day), DATE_PART(MONTH, day), DATE_PART(DAY, day), 0, 0, 0, 0, 'UTC')

-- title: boundary of a timestamptz in UTC, project in UTC, constant
CAST('2024-01-31 00:00:00+00:00' AS TIMESTAMPTZ)

-- title: local_date of a timestamptz in UTC, project in America/New_York
CAST(CONVERT_TIMEZONE('America/New_York', t) AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/New_York
DATE_TRUNC('HOUR', CAST(CONVERT_TIMEZONE('UTC', t) AS TIMESTAMPNTZ))

-- title: boundary of a timestamptz in UTC, project in America/New_York
TIMESTAMP_TZ_FROM_PARTS(DATE_PART(YEAR, day), DATE_PART(MONTH, day), DATE_PART(DAY, day), 0, 0, 0, 0, 'America/New_York')

-- title: boundary of a timestamptz in UTC, project in America/New_York, constant
CAST('2024-01-31 05:00:00+00:00' AS TIMESTAMPTZ)

-- title: local_date of a timestamptz in UTC, project in Asia/Kolkata
CAST(CONVERT_TIMEZONE('Asia/Kolkata', t) AS DATE)

-- title: local_hour of a timestamptz in UTC, project in Asia/Kolkata
DATEADD(MINUTE, 30, DATE_TRUNC('HOUR', DATEADD(MINUTE, -30, CAST(CONVERT_TIMEZONE('UTC', t) AS TIMESTAMPNTZ))))

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata
TIMESTAMP_TZ_FROM_PARTS(DATE_PART(YEAR, day), DATE_PART(MONTH, day), DATE_PART(DAY, day), 0, 0, 0, 0, 'Asia/Kolkata')

-- title: boundary of a timestamptz in UTC, project in Asia/Kolkata, constant
CAST('2024-01-30 18:30:00+00:00' AS TIMESTAMPTZ)

-- title: local_date of a timestamptz in UTC, project in America/Havana
CAST(CONVERT_TIMEZONE('America/Havana', t) AS DATE)

-- title: local_hour of a timestamptz in UTC, project in America/Havana
DATE_TRUNC('HOUR', CAST(CONVERT_TIMEZONE('UTC', t) AS TIMESTAMPNTZ))

-- title: boundary of a timestamptz in UTC, project in America/Havana
CASE WHEN CAST(CONVERT_TIMEZONE('America/Havana', DATEADD(HOUR, -1, TIMESTAMP_TZ_FROM_PARTS(DATE_PART(YEAR, day), DATE_PART(MONTH, day), DATE_PART(DAY, day), 0, 0, 0, 0, 'America/Havana'))) AS DATE) = day THEN DATEADD(HOUR, -1, TIMESTAMP_TZ_FROM_PARTS(DATE_PART(YEAR, day), DATE_PART(MONTH, day), DATE_PART(DAY, day), 0, 0, 0, 0, 'America/Havana')) ELSE TIMESTAMP_TZ_FROM_PARTS(DATE_PART(YEAR, day), DATE_PART(MONTH, day), DATE_PART(DAY, day), 0, 0, 0, 0, 'America/Havana') END

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
    DATEADD(DAY, day_number, CAST('2024-01-01' AS DATE)) AS day
  FROM numbers
)
SELECT
  day,
  DATEADD(DAY, -(
    (
      DAYOFWEEKISO(day) + 6
    ) % 7
  ), day) AS week_start,
  DATEADD(DAY, 7, DATEADD(DAY, -(
    (
      DAYOFWEEKISO(day) + 6
    ) % 7
  ), day)) AS week_end,
  CASE
    WHEN DATE_PART(MONTH, day) <= 6
    THEN DATE_TRUNC('YEAR', day)
    ELSE DATEADD(MONTH, 6, DATE_TRUNC('YEAR', day))
  END AS half_year_start,
  DATEADD(
    MONTH,
    6,
    CASE
      WHEN DATE_PART(MONTH, day) <= 6
      THEN DATE_TRUNC('YEAR', day)
      ELSE DATEADD(MONTH, 6, DATE_TRUNC('YEAR', day))
    END
  ) AS half_year_end
FROM days
WHERE
  day <= CAST('2024-03-31' AS DATE)

