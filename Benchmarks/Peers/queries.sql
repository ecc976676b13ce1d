-- The twenty queries of the benchmark table, on the tables of the pack `music`: each on a line of
-- its own, under its name.
-- all plays, counted
SELECT count(*) FROM streams;
-- first, last, sum and average
SELECT min(timestamp), max(timestamp), sum(duration_ms), avg(duration_ms) FROM streams;
-- users, distinct
SELECT count(DISTINCT user_id) FROM streams;
-- users and songs of two days, distinct
SELECT count(DISTINCT user_id), count(DISTINCT song_id) FROM streams WHERE timestamp >= TIMESTAMP '2024-06-10' AND timestamp < TIMESTAMP '2024-06-12';
-- plays and listeners a day
SELECT timestamp::DATE AS date, count(*) AS plays, count(DISTINCT user_id) AS listeners FROM streams GROUP BY date ORDER BY date;
-- plays a genre
SELECT genre, count(*) AS plays FROM streams GROUP BY genre ORDER BY plays DESC, genre;
-- the ten most played songs
SELECT song_id, count(*) AS plays FROM streams GROUP BY song_id ORDER BY plays DESC, song_id LIMIT 10;
-- the ten users with most plays
SELECT user_id, count(*) AS plays, sum(duration_ms) AS ms FROM streams GROUP BY user_id ORDER BY plays DESC, user_id LIMIT 10;
-- the ten users with most different songs
SELECT user_id, count(DISTINCT song_id) AS songs FROM streams GROUP BY user_id ORDER BY songs DESC, user_id LIMIT 10;
-- plays by the song's genre and hour
SELECT g.genre, extract(hour FROM s.timestamp) AS hour, count(*) AS plays FROM streams s JOIN songs g USING (song_id) GROUP BY g.genre, hour ORDER BY plays DESC, g.genre, hour LIMIT 20;
-- plays and listeners an artist
SELECT g.artist, count(*) AS plays, count(DISTINCT s.user_id) AS listeners FROM streams s JOIN songs g USING (song_id) GROUP BY g.artist ORDER BY plays DESC, g.artist LIMIT 20;
-- plays by title, LIKE '%Winter%'
SELECT g.title, count(*) AS plays FROM streams s JOIN songs g USING (song_id) WHERE g.title LIKE '%Winter%' GROUP BY g.title ORDER BY plays DESC, g.title LIMIT 10;
-- average length by year of release
SELECT extract(year FROM g.release_date) AS year, avg(s.duration_ms) AS ms FROM streams s JOIN songs g USING (song_id) GROUP BY year ORDER BY year;
-- plays by year of signup
SELECT extract(year FROM u.signup_date) AS year, count(*) AS plays FROM streams s JOIN users u USING (user_id) GROUP BY year ORDER BY year;
-- plays without a song
SELECT count(*) FROM streams s LEFT JOIN songs g USING (song_id) WHERE g.song_id IS NULL;
-- plays by kind of length, CASE
SELECT CASE WHEN duration_ms < 30000 THEN 'skipped' WHEN duration_ms < 180000 THEN 'short' ELSE 'long' END AS kind, count(*), avg(duration_ms) FROM streams GROUP BY kind ORDER BY kind;
-- one user's plays, all columns
SELECT * FROM streams WHERE user_id = 'U000042' ORDER BY timestamp, stream_id LIMIT 50;
-- five best genres of each day, rank()
SELECT genre, date, plays FROM (SELECT g.genre, s.timestamp::DATE AS date, count(*) AS plays, rank() OVER (PARTITION BY s.timestamp::DATE ORDER BY count(*) DESC) AS r FROM streams s JOIN songs g USING (song_id) GROUP BY 1, 2) t WHERE r <= 5 ORDER BY date, plays DESC, genre;
-- plays of three genres an hour
SELECT date_trunc('hour', timestamp) AS hour, count(*) AS plays FROM streams WHERE genre IN ('pop', 'rock', 'jazz') GROUP BY hour HAVING count(*) > 10 ORDER BY hour;
-- the 100 longest plays
SELECT stream_id, user_id, song_id, timestamp FROM streams ORDER BY duration_ms DESC, stream_id LIMIT 100;
