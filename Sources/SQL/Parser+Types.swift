import Columns

/// The names of types, and what each is here.
enum TypeNames {
  private static let known: [String: (type: DataType, bits: Int?, hasZone: Bool)] = [
    "boolean": (.boolean, nil, false), "bool": (.boolean, nil, false),
    "tinyint": (.bigint, 8, false), "int1": (.bigint, 8, false),
    "smallint": (.bigint, 16, false), "int2": (.bigint, 16, false),
    "short": (.bigint, 16, false),
    "integer": (.bigint, 32, false), "int": (.bigint, 32, false), "int4": (.bigint, 32, false),
    "signed": (.bigint, 32, false),
    "bigint": (.bigint, 64, false), "int8": (.bigint, 64, false), "long": (.bigint, 64, false),
    "hugeint": (.hugeint, 128, false), "int128": (.hugeint, 128, false),
    "double": (.double, nil, false), "float8": (.double, nil, false),
    "text": (.text, nil, false), "varchar": (.text, nil, false), "string": (.text, nil, false),
    "char": (.text, nil, false), "bpchar": (.text, nil, false), "character": (.text, nil, false),
    "decimal": (.decimal(precision: 18, scale: 3), nil, false),
    "numeric": (.decimal(precision: 18, scale: 3), nil, false),
    "dec": (.decimal(precision: 18, scale: 3), nil, false),
    "date": (.date, nil, false),
    "timestamp": (.timestamp, nil, false), "datetime": (.timestamp, nil, false),
    "timestamptz": (.timestamp, nil, true),
    "interval": (.interval, nil, false),
  ]

  static func find(_ word: String) -> (type: DataType, bits: Int?, hasZone: Bool)? { known[word] }

  /// The nearest name of a type that is known.
  static func nearest(to word: String) -> String? {
    let others: [String: String] = [
      "real": "DOUBLE", "float": "DOUBLE", "float4": "DOUBLE", "ubigint": "BIGINT",
      "uinteger": "BIGINT", "usmallint": "BIGINT", "utinyint": "BIGINT", "uhugeint": "HUGEINT",
      "time": "INTERVAL", "uuid": "TEXT", "blob": "TEXT", "json": "TEXT", "enum": "TEXT",
      "timestamp_s": "TIMESTAMP", "timestamp_ms": "TIMESTAMP", "timestamp_ns": "TIMESTAMP",
      "number": "BIGINT", "str": "TEXT",
    ]
    return others[word] ?? nearestWord(to: word, of: known.keys.sorted())?.uppercased()
  }
}

extension Parser {
  /// `BIGINT`, `VARCHAR(20)`, `DECIMAL(10, 2)`, `TIMESTAMP WITH TIME ZONE`.
  mutating func typeName() throws(SQLError) -> TypeName {
    let start = token.start
    guard token.kind == .word else { throw unexpected("a type") }
    let name = token.text
    guard let found = TypeNames.find(token.keyword) else {
      let nearest = TypeNames.nearest(to: token.keyword)
      throw error(
        "there is no type `\(name)`",
        nearest.map { "The nearest is \($0)." }
          ?? "The types are BOOLEAN, BIGINT, DOUBLE, DECIMAL, TEXT, DATE, TIMESTAMP, INTERVAL.")
    }
    var (type, bits, hasZone) = found
    advance()
    switch name.foldedName {
    case "double": _ = takeWord("precision")
    case "character": _ = takeWord("varying")
    case "timestamp":
      if takeWords("with", "time", "zone") { hasZone = true }
      if takeWords("without", "time", "zone") { hasZone = false }
    default: break
    }
    if isSymbol("(") { type = try withParameters(type) }
    if isSymbol("[") { throw error("lists are not supported") }
    bits = type == .bigint || type == .hugeint ? bits : nil
    return TypeName(type, name: name, bits: bits, hasZone: hasZone, at: position(from: start))
  }

  private mutating func withParameters(_ type: DataType) throws(SQLError) -> DataType {
    let open = here
    advance()
    var numbers: [Int] = []
    repeat {
      guard token.kind == .number, let number = Int(token.text) else {
        throw unexpected("a whole number")
      }
      numbers.append(number)
      advance()
    } while takeSymbol(",")
    try expectSymbol(")", "after the parameters of a type")
    let place = position(from: open.start)
    switch type {
    // The length of a text limits nothing, as in DuckDB.
    case .text where numbers.count == 1: return .text
    case .decimal where numbers.count <= 2:
      let scale = numbers.count > 1 ? numbers[1] : 0
      guard 1...38 ~= numbers[0], 0...numbers[0] ~= scale else {
        throw SQLError(
          "a DECIMAL has 1 to 38 digits, and at most as many behind the point", at: place)
      }
      return .decimal(precision: numbers[0], scale: scale)
    default: throw SQLError("\(type) takes no such parameters", at: place)
    }
  }

  /// A type in quotes or not: `'BIGINT'`.
  mutating func quotedTypeName() throws(SQLError) -> TypeName {
    guard token.kind == .string else { return try typeName() }
    let place = here
    let inner = SourceText(token.text, name: source.name)
    do throws(SQLError) {
      var parser = try Parser(inner)
      let type = try parser.typeName()
      if parser.token.kind != .end { throw parser.unexpected() }
      advance()
      return TypeName(
        type.type, name: type.name, bits: type.bits, hasZone: type.hasZone, at: place)
    } catch {
      throw SQLError(error.message, at: place, hint: error.hint)
    }
  }
}
