/// A row of input that does not fit its declaration: counted, kept aside and reported, never an
/// error of the run.
package struct Rejection: Sendable, Hashable {
  /// The input's name, as the ledger has it.
  package var source: String
  /// The number of the record in its source, from 1, the header not counted.
  package var record: Int
  /// The line its record starts on, from 1.
  package var line: Int
  /// Where in the source the record starts.
  package var byteOffset: Int
  /// The column at fault, where one is.
  package var column: String?
  package var reason: String
  /// The record as it stood, cut to a limit.
  package var rawText: [UInt8]

  package init(
    source: String, record: Int, line: Int, byteOffset: Int, column: String?, reason: String,
    rawText: [UInt8]
  ) {
    self.source = source
    self.record = record
    self.line = line
    self.byteOffset = byteOffset
    self.column = column
    self.reason = reason
    self.rawText = rawText
  }
}
