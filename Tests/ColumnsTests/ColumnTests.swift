import Columns
import Testing

@Suite struct `A column` {
  @Test func `without a null has no validity`() {
    let column = Column(.bigint, .integers([1, 2]), validity: Bitmap([true, true]))
    #expect(column.validity == nil)
    #expect(column.nullCount == 0)
  }

  @Test func `gives its cells by type`() {
    let dictionary = TextDictionary(TextVector(["a", "bé"]))
    let valid = Bitmap([true, false])
    let columns: [(Column, Value)] = [
      (Column(.boolean, .booleans([true, false]), validity: valid), .boolean(true)),
      (Column(.bigint, .integers([-7, 0]), validity: valid), .bigint(-7)),
      (Column(.timestamp, .integers([5, 0]), validity: valid), .timestamp(5)),
      (Column(.date, .dates([9, 0]), validity: valid), .date(9)),
      (Column(.double, .doubles([-0.0, 0]), validity: valid), .double(-0.0)),
      (Column(.hugeint, .wide([3, 0]), validity: valid), .hugeint(3)),
      (
        Column(.decimal(precision: 4, scale: 2), .wide([314, 0]), validity: valid),
        .decimal(314, scale: 2)
      ),
      (Column(.text, .texts(TextVector(["bé", ""])), validity: valid), .text("bé")),
      (Column(.text, .codes([1, 0], dictionary), validity: valid), .text("bé")),
    ]
    for (column, value) in columns {
      #expect(column.value(at: 0) == value)
      #expect(column.value(at: 1) == .null)
      #expect(column.nullCount == 1)
    }
  }

  @Test func `of a dictionary spells its texts only when asked`() {
    let dictionary = TextDictionary(count: 2) { TextVector(["x", "y"]) }
    #expect(dictionary.count == 2)
    #expect(dictionary[1] == "y")
  }
}
