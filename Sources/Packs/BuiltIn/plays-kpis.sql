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

-- The three most played songs of a genre on a day, as one item. Of equally played songs the
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
  (unique_tracks / total_plays)::DECIMAL(38, 2)::DOUBLE AS track_diversity_index
FROM hours LEFT JOIN artists USING (date, hour);
