import Columns
import Query
import SQL
import Testing

@Suite struct `An expression` {
  @Test func `has the type and the value that DuckDB gives it`() {
    let engine = QueryEngine(MemoryCatalog([]))
    for (sql, type, value) in ExpressionCases.all {
      do {
        let result = try engine.run("SELECT x, typeof(x) FROM (SELECT \(sql) AS x) AS t")
        let batch = try #require(result.batches.first, "\(sql)")
        let given = batch.columns[0].value(at: 0).text
        let isSame = given == value || (given == "nan" && value == "-nan")
        #expect(isSame, "\(sql) gave \(given ?? "NULL") where DuckDB has \(value ?? "NULL")")
        let ownType = batch.columns[1].value(at: 0).text ?? ""
        #expect(Self.withoutPrecision(ownType) == Self.withoutPrecision(type), "\(sql)")
      } catch {
        #expect(type == "error", "\(sql): \(error)")
      }
    }
  }

  /// `DECIMAL(12,1)` as `DECIMAL,1)`: how many digits a type allows differs where DuckDB has 32-bit
  /// integers, how many stand behind the point does not.
  private static func withoutPrecision(_ type: String) -> String {
    guard type.hasPrefix("DECIMAL(") else { return type }
    return "DECIMAL" + type.drop { $0 != "," }
  }
}

@Suite struct `A bound expression` {
  @Test func `gives a value for each row, by codes as by texts`() throws {
    let schema = Schema([Field("genre", .text), Field("played", .timestamp)])
    let texts = Column(
      .text, .texts(TextVector(["pop", "", "rock", "pop"])),
      validity: Bitmap([true, false, true, true]))
    let dictionary = TextDictionary(TextVector(["rock", "pop"]))
    let codes = Column(.text, .codes([1, 0, 0, 1], dictionary), validity: texts.validity)
    let days = Calendar.microsecondsPerDay
    let times = Column(.timestamp, .integers([-1, 0, days, days * 2 - 1]))
    for (sql, expected) in [
      ("upper(genre)", ["POP", nil, "ROCK", "POP"]),
      ("coalesce(genre, 'none')", ["pop", "none", "rock", "pop"]),
      ("genre = 'pop'", ["true", nil, "false", "true"]),
      ("genre IS NULL OR genre LIKE 'r%'", ["false", "true", "true", "false"]),
      ("date(played)", ["1969-12-31", "1970-01-01", "1970-01-02", "1970-01-02"]),
      ("CASE genre WHEN 'pop' THEN 1 END", ["1", nil, nil, "1"]),
    ] {
      let tree = try Parser.expression(SourceText(sql))
      let bound = try BoundExpression(tree, over: schema)
      for column in [texts, codes] {
        let batch = ColumnBatch(schema, [column, times])
        for _ in 0..<3 {
          let values = try bound.evaluate(batch)
          #expect((0..<4).map { values.value(at: $0).text } == expected, "\(sql)")
        }
      }
    }
  }
}
