-- A play with what its track says. How long it was listened to is the length of the track.

CREATE VIEW plays AS
SELECT date(listen_time) AS date, user_id, track_id, track_name, track_genre, duration_ms
FROM streams LEFT JOIN songs USING (track_id)
WHERE track_genre IS NOT NULL;

-- One table with everything: each genre on each day, in minutes, with the names of its three most
-- played tracks, and those of the five most played genres of the day. Of equally played tracks
-- the smaller id comes first, of equally played genres the smaller name.

CREATE KPI TABLE music_kpis_table PARTITION KEY date SORT KEY track_genre AS
WITH genres AS (
  SELECT
    date,
    track_genre,
    count(*)                AS listen_count,
    count(DISTINCT user_id) AS unique_listeners,
    (sum(duration_ms) / 60000)::DECIMAL(38, 2)::DOUBLE AS total_listening_time,
    (sum(duration_ms) / unique_listeners / 60000)::DECIMAL(38, 2)::DOUBLE
                            AS avg_listening_time_per_user,
    row_number() OVER (PARTITION BY date ORDER BY count(*) DESC, track_genre) AS rank
  FROM plays
  GROUP BY date, track_genre
), tracks AS (
  SELECT
    date,
    track_genre,
    track_name,
    row_number() OVER (PARTITION BY date, track_genre ORDER BY count(*) DESC, track_id) AS rank
  FROM plays
  GROUP BY date, track_genre, track_id, track_name
  QUALIFY rank <= 3
), top_songs AS (
  SELECT date, track_genre, string_agg(track_name, '|' ORDER BY rank) AS top_3_songs_per_genre
  FROM tracks
  GROUP BY date, track_genre
), top_genres AS (
  SELECT date, string_agg(track_genre, '|' ORDER BY rank) AS top_5_genres_per_day
  FROM genres
  WHERE rank <= 5
  GROUP BY date
)
SELECT
  date,
  track_genre,
  listen_count,
  unique_listeners,
  total_listening_time,
  avg_listening_time_per_user,
  top_3_songs_per_genre,
  top_5_genres_per_day
FROM genres JOIN top_songs USING (date, track_genre) JOIN top_genres USING (date);
