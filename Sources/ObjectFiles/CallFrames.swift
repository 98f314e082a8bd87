internal import CrashLabModel

/// A function as the call-frame information knows it: where it is, and how far below its caller's
/// frame the stack pointer goes.
package struct CallFrame: Sendable, Equatable {
  package var address: UInt64
  package var size: UInt64
  /// The largest distance of the stack pointer from the canonical frame address, bytes; only what
  /// the information says, and where a frame pointer is used it says nothing of the local frame.
  package var largestOffset: UInt64

  package init(address: UInt64, size: UInt64, largestOffset: UInt64) {
    self.address = address
    self.size = size
    self.largestOffset = largestOffset
  }
}

/// Walks over .eh_frame (Linux Standard Base; DWARF 5, 6.4).
package struct CallFrames {
  private struct Common {
    var encoding = PointerEncoding(0)
    var hasAugmentation = false
    var instructions: ByteReader
  }

  private let image: ElfImage

  package init(_ image: ElfImage) { self.image = image }

  /// Every function with call-frame information, in the file's order. What is not understood is
  /// left out, and where the records can't be told apart any more it ends.
  package func visit(_ body: (CallFrame) -> Void) {
    guard let (base, whole) = image.callFrames else { return }
    let start = UInt64(whole.position)
    var reader = whole
    var commons: [Int: Common] = [:]
    while !reader.isAtEnd {
      let recordStart = reader.position
      guard let (length, _) = CallFrames.length(&reader), length > 0,
        let record = ByteReader(image.bytes, at: UInt64(reader.position), size: length),
        record.end <= reader.end
      else { return }
      let identifierPlace = reader.position
      _ = reader.skip(length)
      var fields = record
      guard let identifier = fields.integer(UInt32.self) else { continue }
      if identifier == 0 {
        commons[recordStart] = CallFrames.common(fields)
        continue
      }
      guard let common = commons[identifierPlace - Int(identifier)] else { continue }
      let place = base &+ (UInt64(fields.position) &- start)
      guard let address = common.encoding.read(&fields, address: place),
        let size = common.encoding.readValue(&fields), size > 0
      else { continue }
      if common.hasAugmentation {
        guard let count = fields.unsignedLEB(), fields.skip(count) else { continue }
      }
      var rows = FrameRows(encoding: common.encoding)
      rows.run(common.instructions)
      rows.run(fields)
      body(CallFrame(address: address, size: size, largestOffset: rows.largest))
    }
  }

  private static func length(_ reader: inout ByteReader) -> (UInt64, isLong: Bool)? {
    guard let short = reader.integer(UInt32.self) else { return nil }
    if short < 0xffff_fff0 { return (UInt64(short), false) }
    guard short == 0xffff_ffff, let long = reader.integer(UInt64.self) else { return nil }
    return (long, true)
  }

  private static func common(_ record: ByteReader) -> Common? {
    var fields = record
    guard let version = fields.byte(), version == 1 || version == 3,
      let augmentation = fields.text(atMost: 32), fields.unsignedLEB() != nil,
      fields.signedLEB() != nil,
      version == 1 ? fields.byte() != nil : fields.unsignedLEB() != nil
    else { return nil }
    var encoding = PointerEncoding(0)
    guard augmentation.isEmpty || augmentation.hasPrefix("z") else { return nil }
    if !augmentation.isEmpty {
      guard let count = fields.unsignedLEB(),
        var data = ByteReader(fields.bytes, at: UInt64(fields.position), size: count),
        data.end <= fields.end, fields.skip(count)
      else { return nil }
      for letter in augmentation.unicodeScalars.dropFirst() {
        switch letter {
        case "R":
          guard let byte = data.byte() else { return nil }
          encoding = PointerEncoding(byte)
        case "P":
          guard let byte = data.byte(), PointerEncoding(byte).readValue(&data) != nil else {
            return nil
          }
        case "L":
          guard data.byte() != nil else { return nil }
        case "S", "B": break
        default: return nil
        }
      }
    }
    return Common(
      encoding: encoding, hasAugmentation: !augmentation.isEmpty, instructions: fields)
  }
}

/// Runs call-frame instructions for one thing only: how far the canonical frame address is from
/// the stack pointer.
private struct FrameRows {
  private let encoding: PointerEncoding
  private var register: UInt64 = 0
  private var offset: UInt64 = 0
  private var remembered: [(UInt64, UInt64)] = []
  private(set) var largest: UInt64 = 0

  /// The stack pointer's number (System V ABI, x86-64).
  private static let stackPointer: UInt64 = 7

  init(encoding: PointerEncoding) { self.encoding = encoding }

  mutating func run(_ instructions: ByteReader) {
    var reader = instructions
    while !reader.isAtEnd {
      guard step(&reader) else { return }
      // What the type of a frame can't be is no frame: the rest is not understood.
      if register == FrameRows.stackPointer, offset < 1 << 40 { largest = max(largest, offset) }
    }
  }

  /// False at the first instruction that is not understood.
  private mutating func step(_ reader: inout ByteReader) -> Bool {
    guard let code = reader.byte() else { return false }
    switch code {
    case 0x40...0x7f, 0xc0...0xff: return true  // advance_loc, restore
    case 0x80...0xbf: return reader.unsignedLEB() != nil  // offset
    case 0x00, 0x2d: return true
    case 0x01: return encoding.readValue(&reader) != nil
    case 0x02: return reader.skip(1)
    case 0x03: return reader.skip(2)
    case 0x04: return reader.skip(4)
    case 0x06, 0x07, 0x08, 0x2e: return reader.unsignedLEB() != nil
    case 0x05, 0x09, 0x14, 0x2f: return reader.unsignedLEB() != nil && reader.unsignedLEB() != nil
    case 0x11, 0x15: return reader.unsignedLEB() != nil && reader.signedLEB() != nil
    case 0x0a:
      guard remembered.count < 64 else { return false }
      remembered.append((register, offset))
      return true
    case 0x0b:
      guard let last = remembered.popLast() else { return false }
      (register, offset) = last
      return true
    case 0x0c:
      guard let number = reader.unsignedLEB(), let value = reader.unsignedLEB() else {
        return false
      }
      (register, offset) = (number, value)
      return true
    case 0x0d:
      guard let number = reader.unsignedLEB() else { return false }
      register = number
      return true
    case 0x0e:
      guard let value = reader.unsignedLEB() else { return false }
      offset = value
      return true
    case 0x0f:
      guard let count = reader.unsignedLEB() else { return false }
      register = .max
      return reader.skip(count)
    case 0x10, 0x16:
      guard reader.unsignedLEB() != nil, let count = reader.unsignedLEB() else { return false }
      return reader.skip(count)
    default: return false
    }
  }
}
