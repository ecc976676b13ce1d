-- A play with what its track says. How long it was listened to is the length of the track.

CREATE VIEW plays AS
SELECT
  date(listen_time)              AS date,
  extract(hour FROM listen_time) AS hour,
  user_id,
  track_id    AS song_id,
  track_name  AS title,
  artists     AS artist,
  track_genre AS genre,
  popularity,
  duration_ms
FROM streams LEFT JOIN songs USING (track_id);

-- Each genre on each day. Times are in milliseconds.

CREATE KPI TABLE genre_metrics PARTITION KEY genre SORT KEY date AS
SELECT
  genre,
  date,
  count(*)                                   AS total_streams,
  count(DISTINCT user_id)                    AS unique_listeners,
  sum(duration_ms)                           AS total_listening_time,
  sum(duration_ms) / count(DISTINCT user_id) AS avg_listening_time_per_user
FROM plays
WHERE genre IS NOT NULL
GROUP BY genre, date;

-- The three most played tracks of a genre on a day, as one item. Of equally played tracks the
-- smaller id comes first.

CREATE KPI TABLE top_3_songs PARTITION KEY genre SORT KEY date
  LIST songs (rank, song_id, title, artist, total_streams) AS
SELECT
  genre,
  date,
  row_number() OVER (PARTITION BY genre, date ORDER BY count(*) DESC, song_id) AS rank,
  song_id,
  title,
  artist,
  count(*) AS total_streams
FROM plays
WHERE genre IS NOT NULL
GROUP BY genre, date, song_id, title, artist
QUALIFY rank <= 3;

-- The five most played genres of a day. Of equally played genres the smaller name comes first.

CREATE KPI TABLE top_5_genres PARTITION KEY date SORT KEY genre AS
SELECT
  date,
  genre,
  row_number() OVER (PARTITION BY date ORDER BY count(*) DESC, genre) AS rank,
  count(*) AS total_streams
FROM plays
WHERE genre IS NOT NULL
GROUP BY date, genre
QUALIFY rank <= 5;

-- Each hour of each day, over all plays, with or without a genre. The top artist is the most
-- played one as the songs write it, with all its guests; of equally played ones the smaller text.

CREATE KPI TABLE hourly_kpis PARTITION KEY date SORT KEY hour AS
WITH hours AS (
  SELECT
    date,
    hour,
    count(DISTINCT user_id) AS unique_listeners,
    count(*)                AS total_plays,
    count(DISTINCT song_id) AS unique_tracks
  FROM plays
  GROUP BY date, hour
), artists AS (
  SELECT date, hour, artist AS top_artist
  FROM plays
  WHERE artist IS NOT NULL
  GROUP BY date, hour, artist
  QUALIFY row_number() OVER (PARTITION BY date, hour ORDER BY count(*) DESC, artist) = 1
)
SELECT
  date,
  hour,
  unique_listeners,
  total_plays,
  unique_tracks,
  top_artist,
  round(unique_tracks / total_plays, 2) AS track_diversity_index
FROM hours LEFT JOIN artists USING (date, hour);

-- Each genre over all days, with its most engaging track: the one with the highest score of plays
-- and popularity, of equal scores the smaller id. Averages are over plays.

CREATE KPI TABLE genre_kpis PARTITION KEY track_genre AS
WITH genres AS (
  SELECT
    genre    AS track_genre,
    count(*) AS listen_count,
    round(avg(duration_ms), 2) AS avg_track_duration_ms,
    round(0.5 * count(*) + 0.5 * round(avg(popularity), 2), 2) AS popularity_index
  FROM plays
  WHERE genre IS NOT NULL
  GROUP BY genre
), tracks AS (
  SELECT
    genre   AS track_genre,
    song_id AS track_id,
    title   AS track_name,
    round(0.7 * count(*) + 0.3 * popularity, 2) AS engagement_score
  FROM plays
  WHERE genre IS NOT NULL
  GROUP BY genre, song_id, title, popularity
  QUALIFY row_number() OVER (PARTITION BY genre ORDER BY engagement_score DESC, song_id) = 1
)
SELECT
  track_genre,
  listen_count,
  avg_track_duration_ms,
  popularity_index,
  track_id,
  track_name,
  engagement_score
FROM genres JOIN tracks USING (track_genre);
