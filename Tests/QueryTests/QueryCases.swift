/// Queries over the two tables of `QueryTests`, with the rows that DuckDB 2.0 gives.
enum QueryCases {
  static let all: [(sql: String, rows: [String])] = first + second

  private static let first: [(sql: String, rows: [String])] = [
    (
      """
      SELECT count(*), count(ms), sum(ms), avg(ms), min(ms), max(ms), count(DISTINCT user_id) \
      FROM plays
      """,
      ["10|9|1125|125.0|10|300|5"]
    ),
    (
      "SELECT sum(score), avg(score), min(user_id), max(played) FROM plays",
      ["12.25|1.53125|u1|2024-06-27 13:00:00"]
    ),
    (
      "SELECT user_id, count(*) AS n FROM plays GROUP BY user_id ORDER BY n DESC, user_id",
      ["u1|3", "u2|3", "u3|1", "u4|1", "u5|1", "NULL|1"]
    ),
    (
      """
      SELECT played::DATE AS date, count(*), count(DISTINCT user_id), sum(ms) FROM plays \
      GROUP BY date ORDER BY date
      """,
      ["2024-06-25|4|3|650", "2024-06-26|4|3|390", "2024-06-27|2|2|85"]
    ),
    (
      """
      SELECT s.genre, count(*) AS n FROM plays p JOIN songs s USING (song_id) GROUP BY \
      s.genre ORDER BY n DESC, s.genre
      """,
      ["pop|4", "rock|2", "jazz|1", "NULL|1"]
    ),
    (
      """
      SELECT s.genre, count(*) AS n FROM plays p LEFT JOIN songs s USING (song_id) GROUP BY \
      s.genre ORDER BY n DESC, s.genre
      """,
      ["pop|4", "NULL|3", "rock|2", "jazz|1"]
    ),
    (
      """
      SELECT count(*) FROM plays p LEFT JOIN songs s ON p.song_id = s.song_id WHERE s.song_id \
      IS NULL
      """,
      ["2"]
    ),
    (
      """
      SELECT p.user_id, s.title FROM plays p JOIN songs s ON s.song_id = p.song_id AND \
      s.genre = 'pop' ORDER BY p.played, s.title
      """,
      ["u1|Winter", "u2|Winter", "u1|Winter", "u4|Spring"]
    ),
    (
      """
      SELECT extract(hour FROM played) AS hour, count(*) AS plays FROM plays GROUP BY hour \
      HAVING count(*) > 1 ORDER BY hour
      """,
      ["1|3", "10|2"]
    ),
    (
      """
      SELECT genre, song_id, plays FROM (SELECT s.genre, p.song_id, count(*) AS plays, \
      row_number() OVER (PARTITION BY s.genre ORDER BY count(*) DESC, p.song_id) AS r FROM \
      plays p JOIN songs s USING (song_id) GROUP BY 1, 2) t WHERE r <= 1 ORDER BY genre
      """,
      ["jazz|s5|1", "pop|s1|3", "rock|s2|2", "NULL|s3|1"]
    ),
    (
      """
      SELECT s.genre, p.song_id, count(*) AS plays FROM plays p JOIN songs s USING (song_id) \
      GROUP BY s.genre, p.song_id QUALIFY rank() OVER (PARTITION BY s.genre ORDER BY count(*) \
      DESC) = 1 ORDER BY s.genre, p.song_id
      """,
      ["jazz|s5|1", "pop|s1|3", "rock|s2|2", "NULL|s3|1"]
    ),
    (
      """
      SELECT user_id, rank() OVER (ORDER BY ms DESC) AS r, dense_rank() OVER (ORDER BY ms \
      DESC) AS d FROM plays ORDER BY r, user_id
      """,
      [
        "u1|1|1", "u2|2|2", "NULL|3|3", "u4|4|4", "u1|5|5", "u1|6|6", "u5|7|7", "u3|8|8", "u2|9|9",
        "u2|10|10",
      ]
    ),
    (
      """
      SELECT CASE WHEN ms < 100 THEN 'short' WHEN ms < 150 THEN 'mid' ELSE 'long' END AS \
      kind, count(*), round(avg(ms), 2) FROM plays GROUP BY kind ORDER BY kind
      """,
      ["long|3|250.0", "mid|4|122.5", "short|3|45.0"]
    ),
    (
      "SELECT DISTINCT user_id FROM plays ORDER BY user_id",
      ["u1", "u2", "u3", "u4", "u5", "NULL"]
    ),
    (
      """
      SELECT DISTINCT user_id FROM plays WHERE user_id IS NOT NULL ORDER BY user_id DESC \
      LIMIT 2 OFFSET 1
      """,
      ["u4", "u3"]
    ),
    (
      """
      SELECT user_id FROM plays WHERE song_id IN (SELECT song_id FROM songs WHERE genre = \
      'pop') ORDER BY played
      """,
      ["u1", "u2", "u1", "u4"]
    ),
    (
      "SELECT count(*) FROM plays WHERE song_id NOT IN (SELECT song_id FROM songs)",
      ["1"]
    ),
    (
      "SELECT count(*) FROM plays WHERE ms > (SELECT avg(ms) FROM plays)",
      ["4"]
    ),
    (
      """
      WITH daily AS (SELECT played::DATE AS d, count(*) AS n FROM plays GROUP BY d) SELECT \
      max(n), min(d) FROM daily
      """,
      ["4|2024-06-25"]
    ),
    (
      "SELECT 'a' AS x UNION ALL SELECT genre FROM songs ORDER BY x NULLS FIRST",
      ["NULL", "a", "jazz", "pop", "pop", "rock"]
    ),
    (
      """
      SELECT user_id, arg_max(song_id, ms) FROM plays WHERE user_id IS NOT NULL GROUP BY \
      user_id ORDER BY user_id
      """,
      ["u1|s2", "u2|s1", "u3|s9", "u4|s4", "u5|s5"]
    ),
    (
      "SELECT string_agg(title, '|' ORDER BY title DESC) FROM songs",
      ["Éte|Winter|Summer|Spring|Autumn"]
    ),
    (
      """
      SELECT genre, string_agg(title, ',' ORDER BY title) FROM songs GROUP BY genre ORDER BY \
      genre
      """,
      ["jazz|Éte", "pop|Spring,Winter", "rock|Summer", "NULL|Autumn"]
    ),
    (
      """
      SELECT coalesce(s.genre, p.song_id, 'none') AS g, count(*) FROM plays p LEFT JOIN songs \
      s USING (song_id) GROUP BY g ORDER BY g
      """,
      ["jazz|1", "none|1", "pop|4", "rock|2", "s3|1", "s9|1"]
    ),
    (
      "SELECT title FROM songs WHERE title LIKE '%er' ORDER BY title",
      ["Summer", "Winter"]
    ),
  ]

  private static let second: [(sql: String, rows: [String])] = [
    (
      "SELECT upper(title) AS t FROM songs WHERE length(title) > 3 ORDER BY t",
      ["AUTUMN", "SPRING", "SUMMER", "WINTER"]
    ),
    (
      "SELECT date_trunc('hour', played) AS hour, count(*) FROM plays GROUP BY ALL ORDER BY ALL",
      [
        "2024-06-25 10:00:00|2", "2024-06-25 11:00:00|1", "2024-06-25 23:00:00|1",
        "2024-06-26 00:00:00|1", "2024-06-26 01:00:00|3", "2024-06-27 12:00:00|1",
        "2024-06-27 13:00:00|1",
      ]
    ),
    (
      "SELECT * FROM songs ORDER BY song_id DESC LIMIT 2",
      ["s5|Éte|jazz", "s4|Spring|pop"]
    ),
    (
      "SELECT song_id, * FROM songs ORDER BY 1 LIMIT 1",
      ["s1|s1|Winter|pop"]
    ),
    (
      "SELECT s.* FROM plays p JOIN songs s USING (song_id) ORDER BY p.played LIMIT 1",
      ["s1|Winter|pop"]
    ),
    (
      "SELECT count(*) FILTER (WHERE ms > 100), count_if(ms > 100), bool_or(ms > 250) FROM plays",
      ["5|5|true"]
    ),
    (
      """
      SELECT user_id, sum(ms) AS total FROM plays GROUP BY user_id HAVING total > 100 ORDER \
      BY total, user_id
      """,
      ["u4|130", "NULL|140", "u2|210", "u1|520"]
    ),
    (
      "SELECT max(ms) - min(ms) AS spread, sum(ms) / count(*) AS mean FROM plays",
      ["290|112.5"]
    ),
    (
      "SELECT ms FROM plays WHERE ms BETWEEN 100 AND 150 OR user_id = 'u5' ORDER BY ms",
      ["75", "100", "120", "130", "140"]
    ),
    (
      "SELECT score FROM plays ORDER BY score DESC NULLS LAST LIMIT 3",
      ["4.0", "3.5", "2.5"]
    ),
    (
      "SELECT score FROM plays ORDER BY score NULLS FIRST LIMIT 3",
      ["NULL", "NULL", "-1.0"]
    ),
    (
      "SELECT score FROM plays ORDER BY score DESC",
      ["4.0", "3.5", "2.5", "1.5", "1.25", "0.5", "0.0", "-1.0", "NULL", "NULL"]
    ),
    (
      "SELECT count(*) FROM plays WHERE false",
      ["0"]
    ),
    (
      "SELECT sum(ms), count(*) FROM plays WHERE ms > 1000000",
      ["NULL|0"]
    ),
    (
      "SELECT user_id, count(*) FROM plays WHERE ms > 1000000 GROUP BY user_id",
      []
    ),
    (
      """
      SELECT a.user_id, count(*) AS n FROM plays a JOIN plays b ON a.user_id = b.user_id \
      GROUP BY a.user_id ORDER BY n DESC, a.user_id
      """,
      ["u1|9", "u2|9", "u3|1", "u4|1", "u5|1"]
    ),
    (
      "SELECT approx_count_distinct(user_id) FROM plays",
      ["5"]
    ),
    (
      "SELECT x, x + 1 AS y FROM (VALUES (1), (2)) AS t(x) ORDER BY y DESC",
      ["2|3", "1|2"]
    ),
    (
      """
      SELECT CASE WHEN ms = 0 THEN 0 ELSE 100 // ms END AS v FROM plays WHERE ms IS NOT NULL \
      ORDER BY v, ms LIMIT 3
      """,
      ["0", "0", "0"]
    ),
    (
      "SELECT lower(genre) AS g, count(*) FROM songs GROUP BY lower(genre) ORDER BY g",
      ["jazz|1", "pop|2", "rock|1", "NULL|1"]
    ),
    (
      """
      SELECT played::DATE - DATE '2024-06-25' AS day, round(sum(ms) / 1000.0, 2) AS s FROM \
      plays GROUP BY day ORDER BY day
      """,
      ["0|0.65", "1|0.39", "2|0.09"]
    ),
    (
      "SELECT extract(year FROM played) AS y, count(*) FROM plays GROUP BY y ORDER BY y",
      ["2024|10"]
    ),
    (
      """
      SELECT g, n FROM (SELECT genre AS g, count(*) AS n FROM songs GROUP BY genre) WHERE n > \
      1 ORDER BY g
      """,
      ["pop|2"]
    ),
    (
      "SELECT round(0.5 * count(*) + 0.5 * round(avg(ms), 2), 2) FROM plays",
      ["67.5"]
    ),
  ]
}
