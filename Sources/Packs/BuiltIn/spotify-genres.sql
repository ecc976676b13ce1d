-- Each genre over all days, with its most engaging track: the one with the highest score of plays
-- and popularity, of equal scores the smaller id. Averages are over plays.

CREATE KPI TABLE genre_kpis PARTITION KEY track_genre AS
WITH genres AS (
  SELECT
    genre    AS track_genre,
    count(*) AS listen_count,
    avg(duration_ms)::DECIMAL(38, 2)::DOUBLE AS avg_track_duration_ms,
    avg(popularity)::DECIMAL(38, 2)::DOUBLE AS avg_popularity,
    (0.5 * listen_count + 0.5 * avg_popularity)::DECIMAL(38, 2)::DOUBLE AS popularity_index
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
