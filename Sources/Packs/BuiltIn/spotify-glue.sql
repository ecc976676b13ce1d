-- A play with what its track says. How long it was listened to is the length of the track.

CREATE VIEW plays AS
SELECT date(listen_time) AS date, user_id, track_id, track_name, track_genre, duration_ms
FROM streams LEFT JOIN songs USING (track_id)
WHERE track_genre IS NOT NULL;

-- Each genre on each day. Times are in milliseconds; the average is over listeners.

CREATE KPI TABLE GENRE_KPIS PARTITION KEY date SORT KEY track_genre AS
SELECT
  date,
  track_genre,
  count(*)                                   AS listen_count,
  count(DISTINCT user_id)                    AS unique_listeners,
  sum(duration_ms)                           AS total_listening_time,
  sum(duration_ms) / count(DISTINCT user_id) AS avg_listening_time
FROM plays
GROUP BY date, track_genre;

-- The three most played tracks of a genre on a day, an item each. Of equally played tracks the
-- smaller id comes first.

CREATE KPI TABLE TOP_SONGS PARTITION KEY track_id SORT KEY date AS
SELECT
  track_id,
  date,
  track_genre,
  track_name,
  count(*) AS listen_count,
  row_number() OVER (PARTITION BY date, track_genre ORDER BY count(*) DESC, track_id) AS rank
FROM plays
GROUP BY track_id, date, track_genre, track_name
QUALIFY rank <= 3;

-- The five most played genres of a day. Of equally played genres the smaller name comes first.

CREATE KPI TABLE TOP_GENRES PARTITION KEY date SORT KEY track_genre AS
SELECT
  date,
  track_genre,
  count(*) AS listen_count,
  row_number() OVER (PARTITION BY date ORDER BY count(*) DESC, track_genre) AS rank
FROM plays
GROUP BY date, track_genre
QUALIFY rank <= 5;
