import Bytes
import Columns

/// The numbers of the format that never change. `FileFormat.md` says what they mean.
enum Format {
  static let startMagic: [UInt8] = Array("GRVF".utf8)
  static let endMagic: [UInt8] = Array("FVRG".utf8)
  /// A reader refuses a file of a greater major version; minor versions only add what the feature
  /// bits announce.
  static let majorVersion: UInt16 = 1
  static let minorVersion: UInt16 = 0
  /// Magic, major, minor.
  static let headSize = 8
  /// Footer size, footer checksum, major, minor, magic.
  static let tailSize = 16

  /// The kind of the section with the sums of blocks, which a reader may skip.
  static let sumsSection: UInt64 = 1

  /// A file has columns that are stored as ranks.
  static let rankingFeature: UInt64 = 2
  /// Features a reader must understand, by bit; this version knows those in the mask. Bit 0 stands
  /// for what is never known, and is in no file.
  static let knownFeatures = rankingFeature

  /// The most rows of a block.
  static let blockRows = 65_536
  static let vectorRows = 1_024
  /// How deep encodings may stand inside each other.
  static let maximumDepth = 4

  /// The stored types by their number.
  static let types: [DataType] = [.boolean, .bigint, .double, .text, .date, .timestamp]
}

/// How the values of a page, or of a part of one, are written. The numbers are for ever.
enum Encoding: UInt8, Sendable, CaseIterable {
  // Integers; booleans, dates, timestamps and codes are integers here.
  case constant = 0
  case sequence = 1
  case packed = 2
  case vectors = 3
  case delta = 4
  case runs = 5
  case planes = 6
  case follows = 7
  case ranked = 8

  // Texts.
  case codes = 16
  case plainText = 17
  case numbered = 18
  case identifiers = 19
  case rankedNumbers = 20

  // Doubles.
  case plainDoubles = 32
  case decimals = 33

  /// The page of a block in which all values are null: it has no bytes.
  case nothing = 63
}
