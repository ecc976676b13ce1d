-- Each track on each day that it was among the most played of its genre: those of rank 1 to 3,
-- where equally played tracks share a rank, so that there may be more than three. Times are in
-- milliseconds, how long a play was listened to is the length of the track, and the average is
-- over users.

CREATE KPI TABLE track_level_reports PARTITION KEY track_id SORT KEY report_date AS
SELECT
  track_id,
  date(listen_time)                          AS report_date,
  track_name,
  artists,
  track_genre,
  count(*)                                   AS total_listens,
  count(DISTINCT user_id)                    AS unique_users,
  sum(duration_ms)                           AS total_listening_time,
  sum(duration_ms) / count(DISTINCT user_id) AS avg_listening_time
FROM streams JOIN songs USING (track_id)
WHERE track_genre IS NOT NULL
GROUP BY track_id, report_date, track_name, artists, track_genre
QUALIFY rank() OVER (PARTITION BY report_date, track_genre ORDER BY count(*) DESC) <= 3;
