package import Columns

/// A name as it is written, without its quotes. Names compare without regard to the case of ASCII
/// letters, quoted or not.
package struct Identifier: Sendable, Hashable, CustomStringConvertible {
  package let name: String
  package let position: Position

  package init(_ name: String, at position: Position) {
    self.name = name
    self.position = position
  }

  /// The name that equal names share.
  package var folded: String { name.foldedName }

  package static func == (one: Identifier, other: Identifier) -> Bool {
    one.folded == other.folded
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(folded) }

  package var description: String { name }
}

extension String {
  /// The text with the ASCII capitals made small.
  package var foldedName: String {
    String(decoding: utf8.map { 65...90 ~= $0 ? $0 + 32 : $0 }, as: UTF8.self)
  }
}

/// The name of a type, with what it says beyond the type of a column.
package struct TypeName: Sendable, Hashable {
  package let type: DataType
  /// As it is written: `INTEGER`, `varchar`.
  package let name: String
  /// How many bits an integer type holds: INTEGER has 32, a BIGINT 64; nil for other types.
  package let bits: Int?
  /// Whether it is TIMESTAMPTZ.
  package let hasZone: Bool
  package let position: Position

  package init(
    _ type: DataType, name: String, bits: Int? = nil, hasZone: Bool = false, at position: Position
  ) {
    self.type = type
    self.name = name
    self.bits = bits
    self.hasZone = hasZone
    self.position = position
  }
}
