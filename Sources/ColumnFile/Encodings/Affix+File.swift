import Bytes
import Columns

extension Affix {
  func write(to writer: inout ByteWriter) {
    writer.count(prefix.count)
    writer.append(prefix)
    writer.count(suffix.count)
    writer.append(suffix)
    writer.u8(UInt8(digits))
  }

  init(from reader: inout ByteReader) throws(Damage) {
    let prefix = try reader.text()
    let suffix = try reader.text()
    let digits = Int(try reader.u8())
    guard prefix.utf8.count <= Self.longest && suffix.utf8.count <= Self.longest,
      digits >= 1 && digits <= Self.mostDigits
    else { throw Damage("an affix in it is too long") }
    self.init(prefix: Array(prefix.utf8), suffix: Array(suffix.utf8), digits: digits)
  }
}
