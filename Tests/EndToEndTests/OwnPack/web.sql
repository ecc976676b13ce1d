-- The requests to some web sites: nothing in it is music. Files have semicolons, and decimal points.

CREATE TABLE sites (
  site   TEXT PRIMARY KEY ACROSS FILES KEEP LAST,
  owner  TEXT,
  region TEXT
);

CREATE TABLE requests (
  id      BIGINT NOT NULL,
  site    TEXT NOT NULL REFERENCES sites,
  path    TEXT NOT NULL CHECK (path LIKE '/%'),
  status  BIGINT NOT NULL CHECK (status BETWEEN 100 AND 599),
  bytes   BIGINT CHECK (bytes >= 0),
  seconds DOUBLE NOT NULL,
  cached  BOOLEAN,
  at      TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (site, id) WITHIN PARTITION KEEP FIRST,
  CHECK (seconds >= 0 AND (status <> 304 OR bytes IS NULL OR bytes = 0))
) PARTITION BY date(at) WITH (delimiter = ';');

CREATE VIEW visits AS
SELECT date(at) AS day, requests.site AS site, coalesce(region, 'unknown') AS region, path, status, bytes, seconds, cached
FROM requests LEFT JOIN sites USING (site);

-- Each site on each day.

CREATE KPI TABLE site_days PARTITION KEY site SORT KEY day AS
SELECT
  site,
  day,
  count(*)                                 AS requests,
  count(DISTINCT path)                     AS paths,
  coalesce(sum(bytes), 0)                  AS bytes,
  round(avg(seconds), 3)                   AS avg_seconds,
  count(*) FILTER (WHERE status >= 500)    AS errors,
  count(*) FILTER (WHERE cached)           AS cached
FROM visits
GROUP BY ALL;

-- The two slowest paths of a region on a day, as one item; of equally slow ones the smaller path.

CREATE KPI TABLE slowest PARTITION KEY (day, region) LIST paths (rank, path, worst) AS
SELECT
  day,
  region,
  row_number() OVER (PARTITION BY day, region ORDER BY max(seconds) DESC, path) AS rank,
  path,
  max(seconds) AS worst
FROM visits
GROUP BY day, region, path
QUALIFY rank <= 2;

-- Each status over all days, with the site that answered it most often.

CREATE KPI TABLE statuses PARTITION KEY status AS
WITH sites_of AS (
  SELECT status, site, count(*) AS times FROM visits GROUP BY status, site
)
SELECT status, sum(times) AS times, count(*) AS sites, arg_max(site, times * 1000 - length(site)) AS busiest
FROM sites_of
GROUP BY status;
