-- The files that the packs `spotify` and `spotify-…` read: streams of tracks by users.
--
-- A file of a table holds a header with at least these columns, in any order. A row that does not
-- fit is refused with its reason; the rest goes on.

-- What is known of songs and users changes: a later file replaces the rows of an earlier one.
-- Within one file the first row of a key counts. A song is known by its track.

CREATE TABLE songs (
  id               BIGINT,
  track_id         TEXT PRIMARY KEY ACROSS FILES KEEP LAST,
  artists          TEXT,
  album_name       TEXT,
  track_name       TEXT,
  popularity       BIGINT,
  duration_ms      BIGINT CHECK (duration_ms >= 0),
  explicit         BOOLEAN,
  danceability     DOUBLE,
  energy           DOUBLE,
  key              BIGINT,
  loudness         DOUBLE,
  mode             BIGINT,
  speechiness      DOUBLE,
  acousticness     DOUBLE,
  instrumentalness DOUBLE,
  liveness         DOUBLE,
  valence          DOUBLE,
  tempo            DOUBLE,
  time_signature   BIGINT,
  track_genre      TEXT
);

CREATE TABLE users (
  user_id      BIGINT PRIMARY KEY ACROSS FILES KEEP LAST,
  user_name    TEXT,
  user_age     BIGINT CHECK (user_age >= 0),
  user_country TEXT,
  created_at   DATE
);

-- A play has happened: the same user, track and time again is the same play, and its first row
-- stays. A track or a user that no file has named is no error; such plays are counted and
-- reported.

CREATE TABLE streams (
  user_id     BIGINT NOT NULL REFERENCES users,
  track_id    TEXT NOT NULL REFERENCES songs,
  listen_time TIMESTAMP NOT NULL,
  PRIMARY KEY (user_id, track_id, listen_time) WITHIN PARTITION KEEP FIRST
) PARTITION BY date(listen_time);
