internal import CHarness
internal import CrashLabModel
internal import ObjectFiles

/// The memory of a process, alive or dumped, and the files behind it. It may hold anything.
struct TargetMemory {
  /// Reads from an address on; returns how many bytes could be read without a gap.
  typealias Reader = (UInt64, UnsafeMutableRawBufferPointer) -> Int

  let mappings: [Mapping]
  let read: Reader
  /// Bytes of the file behind a mapping; nil if it is not there, or is not the one that was mapped.
  let file: (Mapping) -> [UInt8]?

  /// Larger files are not read.
  static let mostFile = 256 << 20

  func word(_ address: UInt64) -> UInt64? {
    var word: UInt64 = 0
    return withUnsafeMutableBytes(of: &word) { read(address, $0) } == 8 ? word : nil
  }

  func words(_ address: UInt64, count: Int) -> [UInt64]? {
    let words = [UInt64](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = read(address, UnsafeMutableRawBufferPointer(buffer)) / 8
    }
    return words.count == count ? words : nil
  }

  /// Up to a zero byte, at most so many bytes; nil if nothing can be read there.
  func bytes(at address: UInt64, atMost limit: Int) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
      filled = read(address, UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes.isEmpty ? nil : Array(bytes.prefix { $0 != 0 })
  }

  /// Text up to a zero byte, without the line ends behind it. An ellipsis tells that it goes on.
  func text(at address: UInt64, atMost limit: Int = 4096) -> String? {
    guard var bytes = bytes(at: address, atMost: limit) else { return nil }
    if bytes.count == limit { return String(decoding: bytes, as: UTF8.self) + "…" }
    while let last = bytes.last, last == 0x0a || last == 0x0d { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Of what a dump of gdb's leaves out as unchanged, code too, the permissions are not known; of a
  /// process that lives nothing can be read where nothing is permitted.
  private func isCode(_ address: UInt64) -> Bool {
    guard let mapping = mappings.holding(Address(address)) else { return false }
    return mapping.permissions.contains(.execute)
      || mapping.permissions.isEmpty && mapping.path.hasPrefix("/")
  }

  /// What a short function would return; nil if it can't be followed.
  ///
  /// - Parameter threadPointer: of the thread that would call it; nil if nobody knows.
  func result(
    of function: UInt64, argument: UInt64 = 0, threadPointer: UInt64? = nil
  ) -> UInt64? {
    withUnsafePointer(to: self) { memory in
      var target = clab_interpreter()
      target.context = UnsafeMutableRawPointer(mutating: memory)
      target.read = { context, address, buffer, size in
        guard let context, let buffer else { return 0 }
        return context.assumingMemoryBound(to: TargetMemory.self).pointee.read(
          address, UnsafeMutableRawBufferPointer(start: buffer, count: size))
      }
      target.is_executable = { context, address in
        guard let context else { return false }
        return context.assumingMemoryBound(to: TargetMemory.self).pointee.isCode(address)
      }
      target.thread_pointer = threadPointer ?? 0
      target.has_thread_pointer = threadPointer != nil
      var result: UInt64 = 0
      return clab_interpret(&target, function, argument, &result) ? result : nil
    }
  }
}

extension TargetMemory {
  /// Of a process that stands still.
  ///
  /// - Parameter thread: one of its threads; its first one may have ended.
  init(of thread: Int32, mappings: [Mapping]) {
    self.init(
      mappings: mappings,
      read: { address, buffer in
        // The kernel copies a range whole or not at all where only its end can't be read.
        let page = 4096
        var done = 0
        while done < buffer.count {
          let (place, overflow) = address.addingReportingOverflow(UInt64(done))
          if overflow { break }
          let count = min(page - Int(place % UInt64(page)), buffer.count - done)
          var start = place
          guard clab_peek_memory(thread, &start, 1, count, buffer.baseAddress! + done) == 1 else {
            break
          }
          done += count
        }
        return done
      },
      file: { mapping in
        guard
          case .file(let file)? = MappedFiles(
            holding: [mapping.low], in: mappings, of: thread)[mapping],
          let size = Int(exactly: file.identity.size), size <= TargetMemory.mostFile
        else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
          filled = file.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
        }
        return bytes.count == size ? bytes : nil
      })
  }
}
