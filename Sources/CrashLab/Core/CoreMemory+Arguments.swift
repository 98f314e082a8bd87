internal import CrashLabModel
internal import Glibc

extension CoreMemory {
  /// The argument list as the kernel has put it on the main stack: its length, the pointers, 0, those
  /// of the environment, 0, the auxiliary vector (fs/binfmt_elf.c, create_elf_tables). Nil if it is
  /// not found there.
  func arguments(of dump: CoreDump) -> [String]? {
    guard let (key, value) = dump.firstAuxiliary, let top = dump.auxiliary[UInt64(AT_RANDOM)]
    else { return nil }
    // The environment may have thousands of variables, but has not.
    let reach: UInt64 = 64 << 10
    let words = words(from: top > reach ? (top - reach) & ~7 : 0, count: Int(reach) / 8)
    guard
      let vector = words.indices.dropLast().first(where: {
        words[$0] == key && words[$0 + 1] == value
      }), vector > 0, words[vector - 1] == 0,
      let end = words[..<(vector - 1)].lastIndex(of: 0)
    else { return nil }
    var pointers: [UInt64] = []
    var index = end - 1
    while index >= 0, words[index] != UInt64(pointers.count) {
      pointers.append(words[index])
      index -= 1
    }
    guard index >= 0, !pointers.isEmpty else { return nil }
    return pointers.reversed().map { text(at: $0) }
  }

  private func words(from address: UInt64, count: Int) -> [UInt64] {
    [UInt64](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = read(address, into: UnsafeMutableRawBufferPointer(buffer)) / 8
    }
  }

  /// Up to its zero byte, at most 4096 bytes.
  private func text(at address: UInt64) -> String {
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, filled in
      filled = read(address, into: UnsafeMutableRawBufferPointer(buffer))
    }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
