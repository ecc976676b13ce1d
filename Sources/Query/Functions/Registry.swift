import Columns

/// A function chosen for the types of its arguments.
struct Resolution: Sendable {
  /// What the arguments are cast to.
  let parameters: [DataType]
  let result: DataType
  let function: ScalarFunction
}

/// What a resolver sees of an argument.
struct ArgumentShape: Sendable {
  let type: DataType
  /// Its value, where it is a constant.
  let constant: Value?

  /// Whether it may stand where `target` is taken: the same, NULL, a literal text, or a number or
  /// time that becomes a wider one.
  func fits(_ target: DataType) -> Bool {
    if type == target || type == .null { return true }
    if type == .text && constant != nil { return true }
    switch (type, target) {
    case (.bigint, .hugeint), (.bigint, .double), (.hugeint, .double), (.decimal, .double),
      (.date, .timestamp):
      return true
    default: return false
    }
  }
}

/// A function of SQL by name: how it is written, and which implementation fits given arguments.
struct FunctionEntry: Sendable {
  let names: [String]
  /// How calls look, for messages.
  let usage: String
  let resolve: @Sendable ([ArgumentShape]) -> Resolution?

  init(
    _ names: String..., usage: String, resolve: @escaping @Sendable ([ArgumentShape]) -> Resolution?
  ) {
    self.init(names, usage: usage, resolve: resolve)
  }

  init(
    _ names: [String], usage: String, resolve: @escaping @Sendable ([ArgumentShape]) -> Resolution?
  ) {
    self.names = names
    self.usage = usage
    self.resolve = resolve
  }

  /// A function with one form.
  init(
    _ name: String, _ parameters: [DataType], _ result: DataType, usage: String? = nil,
    _ function: ScalarFunction
  ) {
    names = [name]
    let types = parameters.map(\.description).joined(separator: ", ")
    self.usage = usage ?? "\(name)(\(types))"
    resolve = { shapes in
      guard shapes.count == parameters.count, zip(shapes, parameters).allSatisfy({ $0.fits($1) })
      else { return nil }
      return Resolution(parameters: parameters, result: result, function: function)
    }
  }
}

/// All scalar functions by their folded names.
enum FunctionRegistry {
  static let byName: [String: [FunctionEntry]] = {
    var table: [String: [FunctionEntry]] = [:]
    for entry in textFunctions + numberFunctions + timeFunctions + generalFunctions {
      for name in entry.names { table[name, default: []].append(entry) }
    }
    return table
  }()

  private static let textFunctions: [FunctionEntry] = [
    FunctionEntry("upper", "ucase", usage: "upper(text)") {
      one($0, .text, .text, .ofText("upper", raisedCase))
    },
    FunctionEntry("lower", "lcase", usage: "lower(text)") {
      one($0, .text, .text, .ofText("lower", foldedCase))
    },
    FunctionEntry("length", "len", "char_length", "character_length", usage: "length(text)") {
      one($0, .text, .bigint, .count("length") { $0.unicodeScalars.count })
    },
    FunctionEntry("strlen", [.text], .bigint, .count("strlen") { $0.utf8.count }),
    FunctionEntry("reverse", [.text], .text, .ofText("reverse") { String($0.reversed()) }),
    FunctionEntry(
      "ascii", [.text], .bigint, .count("ascii") { Int($0.unicodeScalars.first?.value ?? 0) }),
    FunctionEntry("unicode", "ord", usage: "unicode(text)") {
      one(
        $0, .text, .bigint,
        .count("unicode") { $0.unicodeScalars.first.map { Int($0.value) } ?? -1 })
    },
    FunctionEntry("chr", [.bigint], .text, .character),
    FunctionEntry(
      "bit_length", [.text], .bigint, .count("bit_length") { $0.utf8.count * 8 }),
    FunctionEntry(
      "translate", [.text, .text, .text], .text,
      .texts("translate") {
        TextOperations.translated($0.text(0), from: $0.text(1), to: $0.text(2))
      }),
    FunctionEntry("substring", "substr", usage: "substring(text, start[, length])") { shapes in
      let function = ScalarFunction.texts("substring") {
        TextOperations.part(
          $0.text(0), from: $0.integer(1), length: $0.count > 2 ? $0.integer(2) : nil)
      }
      return several(shapes, [.text, .bigint, .bigint], atLeast: 2, .text, function)
    },
    FunctionEntry(
      "left", [.text, .bigint], .text,
      .texts("left") { TextOperations.left($0.text(0), $0.integer(1)) }),
    FunctionEntry(
      "right", [.text, .bigint], .text,
      .texts("right") { TextOperations.right($0.text(0), $0.integer(1)) }),
    FunctionEntry(
      "lpad", [.text, .bigint, .text], .text,
      .texts("lpad", length: { $0.integer(1) }) {
        TextOperations.padded($0.text(0), $0.integer(1), $0.text(2), isLeft: true)
      }),
    FunctionEntry(
      "rpad", [.text, .bigint, .text], .text,
      .texts("rpad", length: { $0.integer(1) }) {
        TextOperations.padded($0.text(0), $0.integer(1), $0.text(2), isLeft: false)
      }),
    FunctionEntry(
      "replace", [.text, .text, .text], .text,
      .texts("replace") {
        TextOperations.replacing($0.text(0), $0.text(1), with: $0.text(2))
      }),
    FunctionEntry(
      "split_part", [.text, .text, .bigint], .text,
      .texts("split_part") {
        TextOperations.part($0.text(0), $0.text(1), $0.integer(2))
      }),
    FunctionEntry(
      "repeat", [.text, .bigint], .text,
      .texts("repeat", length: { $0.text(0).utf8.count.multipliedSaturating(by: $0.integer(1)) }) {
        String(repeating: $0.text(0), count: max(0, $0.integer(1)))
      }),
    FunctionEntry("strpos", "instr", usage: "strpos(text, part)") { shapes in
      let function = ScalarFunction("strpos") { (arguments) throws(QueryError) in
        let rows = Rows(arguments)
        return .integers(
          (0..<arguments.rowCount).map { number in
            let row = Row(rows, number)
            return Int64(TextOperations.position(row.text(0), of: row.text(1)))
          })
      }
      return several(shapes, [.text, .text], atLeast: 2, .bigint, function)
    },
    FunctionEntry(
      "contains", [.text, .text], .boolean,
      .condition("contains") {
        TextOperations.find(Array($0.text(1).utf8), in: Array($0.text(0).utf8)) != nil
      }),
    FunctionEntry("starts_with", "prefix", usage: "starts_with(text, beginning)") { shapes in
      several(
        shapes, [.text, .text], atLeast: 2, .boolean,
        .condition("starts_with") {
          $0.text(0).utf8.starts(with: $0.text(1).utf8)
        })
    },
    FunctionEntry("ends_with", "suffix", usage: "ends_with(text, end)") { shapes in
      several(
        shapes, [.text, .text], atLeast: 2, .boolean,
        .condition("ends_with") {
          $0.text(0).utf8.reversed().starts(with: $0.text(1).utf8.reversed())
        })
    },
    trimming("trim", left: true, right: true), trimming("ltrim", left: true, right: false),
    trimming("rtrim", left: false, right: true),
    FunctionEntry("concat", usage: "concat(value, …)") { shapes in
      if shapes.isEmpty { return nil }
      let texts = shapes.map { _ in DataType.text }
      return Resolution(parameters: texts, result: .text, function: .concat)
    },
    FunctionEntry("concat_ws", usage: "concat_ws(separator, value, …)") { shapes in
      if shapes.count < 2 { return nil }
      let texts = shapes.map { _ in DataType.text }
      return Resolution(parameters: texts, result: .text, function: .concatWithSeparator)
    },
  ]

  private static func trimming(_ name: String, left: Bool, right: Bool) -> FunctionEntry {
    FunctionEntry(name, usage: "\(name)(text[, characters])") { shapes in
      several(
        shapes, [.text, .text], atLeast: 1, .text,
        .texts(name) {
          TextOperations.trimmed(
            $0.text(0), $0.count > 1 ? $0.text(1) : nil, left: left, right: right)
        })
    }
  }

  static func one(
    _ shapes: [ArgumentShape], _ parameter: DataType, _ result: DataType,
    _ function: ScalarFunction
  ) -> Resolution? {
    several(shapes, [parameter], atLeast: 1, result, function)
  }

  /// For parameters of which the last may be left out.
  static func several(
    _ shapes: [ArgumentShape], _ parameters: [DataType], atLeast count: Int, _ result: DataType,
    _ function: ScalarFunction
  ) -> Resolution? {
    guard shapes.count >= count, shapes.count <= parameters.count,
      zip(shapes, parameters).allSatisfy({ $0.fits($1) })
    else { return nil }
    return Resolution(
      parameters: Array(parameters.prefix(shapes.count)), result: result, function: function)
  }
}
