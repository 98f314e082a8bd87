/// Where a program makes a system call, found by its code alone.
enum SystemCallSite {
  /// Linux, arch/x86/entry/syscalls/syscall_64.tbl.
  static let madvise: UInt8 = 28

  /// `mov $number, %eax` and, at once, `syscall`: a C library's bare wrapper, which has its arguments
  /// where the kernel wants them.
  static func pattern(_ number: UInt8) -> [UInt8] { [0xb8, number, 0, 0, 0, 0x0f, 0x05] }

  /// The offset of the only place that has it: nil if there is none, or more than one, as then nobody
  /// knows who calls which. Pure.
  ///
  /// - Parameter number: of the system call, on x86-64.
  static func only(of number: UInt8, in code: some RandomAccessCollection<UInt8>) -> Int? {
    let pattern = pattern(number)
    return code.withContiguousStorageIfAvailable { bytes -> Int? in
      var found: Int?
      var place = 0
      while place + pattern.count <= bytes.count {
        // The last byte is the rarest.
        if bytes[place + 6] == 0x05, bytes[place..<place + 7].elementsEqual(pattern) {
          guard found == nil else { return nil }
          found = place
        }
        place += 1
      }
      return found
    } ?? nil
  }

  /// The same in what is mapped there; nil if it can't be read as a whole, or is larger than any
  /// program's code ought to be.
  static func only(of number: UInt8, from low: UInt64, to high: UInt64, read: TargetMemory.Reader)
    -> UInt64?
  {
    guard low < high, high - low <= UInt64(TargetMemory.mostFile) else { return nil }
    let size = Int(high - low)
    let code = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      filled = read(low, UnsafeMutableRawBufferPointer(buffer))
    }
    guard code.count == size else { return nil }
    return only(of: number, in: code).map { low + UInt64($0) }
  }
}
