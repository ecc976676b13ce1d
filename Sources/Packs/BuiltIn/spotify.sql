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
