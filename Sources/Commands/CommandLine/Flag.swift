import Bytes

/// A flag of a verb. From this one definition come parsing, help, completions and tests.
package struct Flag<Value: Sendable>: FlagDefinition {
  /// With its dashes: `--threads`.
  package let name: String
  /// What stands for the value in help; empty for a flag without one.
  package let placeholder: String
  package let help: String
  /// The words the value may be; empty where it may be any.
  package let choices: [String]
  /// Whether it may be given more than once.
  package let isRepeatable: Bool
  private let read: @Sendable (String) throws(UsageError) -> Value

  package init(
    _ name: String, _ placeholder: String, _ help: String, choices: [String] = [],
    isRepeatable: Bool = false, read: @escaping @Sendable (String) throws(UsageError) -> Value
  ) {
    self.name = name
    self.placeholder = placeholder
    self.help = help
    self.choices = choices
    self.isRepeatable = isRepeatable
    self.read = read
  }

  package func value(of text: String) throws(UsageError) -> any Sendable { try read(text) }
}

/// A flag, whatever its value is.
package protocol FlagDefinition: Sendable {
  var name: String { get }
  var placeholder: String { get }
  var help: String { get }
  var choices: [String] { get }
  var isRepeatable: Bool { get }
  func value(of text: String) throws(UsageError) -> any Sendable
}

extension FlagDefinition {
  package var takesValue: Bool { !placeholder.isEmpty }
}

extension Flag where Value == Bool {
  /// A flag without a value.
  package static func on(_ name: String, _ help: String) -> Flag<Bool> {
    Flag(name, "", help) { _ in true }
  }
}

extension Flag where Value == String {
  package static func text(
    _ name: String, _ placeholder: String, _ help: String, isRepeatable: Bool = false
  ) -> Flag<String> {
    Flag(name, placeholder, help, isRepeatable: isRepeatable) { text throws(UsageError) in
      if text.isEmpty { throw UsageError("\(name) needs a value, not an empty text") }
      return text
    }
  }
}

extension Flag where Value == Int {
  /// A whole number in a range; `k`, `M` and `G` behind it stand for thousands and so on.
  package static func count(
    _ name: String, _ help: String, in range: ClosedRange<Int>
  ) -> Flag<Int> {
    Flag(name, "N", help) { text throws(UsageError) in
      guard let number = Numerals.count(text), range.contains(number) else {
        throw UsageError(
          "\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), "
            + "not \"\(text)\"")
      }
      return number
    }
  }

  /// A number of bytes: `512M`, `2GiB`.
  package static func size(_ name: String, _ help: String, atLeast least: Int) -> Flag<Int> {
    Flag(name, "SIZE", help) { text throws(UsageError) in
      guard let size = Numerals.size(text) else {
        throw UsageError("\(name) takes a size such as 512M or 2G, not \"\(text)\"")
      }
      guard size >= least else {
        throw UsageError("\(name) takes at least \(Numerals.text(ofSize: least))")
      }
      return size
    }
  }
}

extension Flag where Value == Int {
  /// A time in seconds: `30s`, `5m`, `1h`.
  package static func time(_ name: String, _ help: String, atLeast least: Int) -> Flag<Int> {
    Flag(name, "TIME", help) { text throws(UsageError) in
      guard let seconds = Numerals.seconds(text), seconds >= least else {
        throw UsageError("\(name) takes a time such as 30s, 5m or 1h, not \"\(text)\"")
      }
      return seconds
    }
  }
}

extension Flag where Value == Double {
  /// A part of a whole: `10%`, `0.1`.
  package static func part(_ name: String, _ placeholder: String, _ help: String) -> Flag<Double> {
    Flag(name, placeholder, help) { text throws(UsageError) in
      let isPercent = text.hasSuffix("%")
      guard let number = Double(isPercent ? String(text.dropLast()) : text),
        (0...(isPercent ? 100 : 1)).contains(number)
      else { throw UsageError("\(name) takes a part such as 10% or 0.1, not \"\(text)\"") }
      return isPercent ? number / 100 : number
    }
  }
}

extension Flag where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
  /// One of the cases of an enumeration.
  package static func choice(_ name: String, _ placeholder: String, _ help: String) -> Flag<Value> {
    let choices = Value.allCases.map(\.rawValue)
    return Flag(name, placeholder, help, choices: choices) { text throws(UsageError) in
      if let value = Value(rawValue: text) { return value }
      throw UsageError(
        "\(name) takes one of \(choices.joined(separator: ", ")), not \"\(text)\"",
        meant: Spelling.nearest(to: text, in: choices))
    }
  }
}
