-- The pack `music`: plays of songs by users, and what is listened to.
--
-- A file of a table holds a header with at least these columns, in any order. A row that does not
-- fit is refused with its reason; the rest goes on.

-- What is known of songs and users changes: a later file replaces the rows of an earlier one.
-- Within one file the first row of a key counts.

CREATE TABLE songs (
  song_id      TEXT PRIMARY KEY ACROSS FILES KEEP LAST,
  title        TEXT,
  artist       TEXT,
  genre        TEXT,
  release_date DATE
);

CREATE TABLE users (
  user_id      TEXT PRIMARY KEY ACROSS FILES KEEP LAST,
  first_name   TEXT,
  last_name    TEXT,
  email        TEXT,
  signup_date  DATE
);

-- A play has happened: the first row of a key on a date stays, whatever comes later. A song or a
-- user that no file has named is no error; such plays are counted and reported.

CREATE TABLE streams (
  stream_id    TEXT PRIMARY KEY WITHIN PARTITION KEEP FIRST,
  user_id      TEXT NOT NULL REFERENCES users,
  song_id      TEXT NOT NULL REFERENCES songs,
  genre        TEXT,
  timestamp    TIMESTAMP NOT NULL,
  duration_ms  BIGINT NOT NULL CHECK (duration_ms >= 0)
) PARTITION BY date(timestamp);

-- A play with what its song says. The genre is the song's; where there is no such song, the one
-- that the play brought.

CREATE VIEW plays AS
SELECT
  date(timestamp)              AS date,
  extract(hour FROM timestamp) AS hour,
  user_id,
  song_id,
  title,
  artist,
  CASE WHEN songs.song_id IS NULL THEN streams.genre ELSE songs.genre END AS genre,
  duration_ms
FROM streams LEFT JOIN songs USING (song_id);
