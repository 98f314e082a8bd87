internal import CHarness
internal import CrashLabModel
internal import Glibc

/// Finds the C library's thread control blocks in another process's memory. On x86-64 a block begins
/// with its own address, twice (glibc's tcbhead_t: `tcb` at 0, `self` at 16; the ABI needs the
/// first, since `%fs:0` must yield the thread pointer).
struct ControlBlocks {
  /// Reads as many bytes from each address into one buffer; returns how many places it could read
  /// before the first that it could not.
  typealias Peek = ([UInt64], _ bytes: Int, UnsafeMutablePointer<UInt64>) -> Int

  private let peek: Peek
  private let page: Int
  /// Where in its page the last one lay: the same for every thread whose stack the library made.
  private var offset: Int?

  init(pageSize: Int, peek: @escaping Peek) {
    self.peek = peek
    page = pageSize
  }

  /// Of a process that lives.
  init(process: pid_t, pageSize: Int) {
    self.init(pageSize: pageSize) { addresses, bytes, buffer in
      max(0, clab_peek_memory(process, addresses, addresses.count, bytes, buffer))
    }
  }

  /// The blocks in the highest pages of these segments, in ascending order.
  mutating func find(inTopOf segments: [Range<Address>]) -> [Address] {
    #if arch(x86_64)
      var found: [Address] = []
      var rest = segments[...]
      while let segment = rest.first {
        if let offset {
          let batch = rest.prefix(Int(CLAB_MAX_PEEKS))
          let blocks = batch.map { Address($0.upperBound.value &- UInt64(page - offset)) }
          let words = read(blocks, bytes: 24)
          for (index, segment) in batch.enumerated() {
            if let block = words[index], isBlock(block, at: 0, address: blocks[index]) {
              found.append(blocks[index])
            } else if let block = search(pageBelow: segment.upperBound) {
              found.append(block)
            }
          }
          rest = rest.dropFirst(batch.count)
        } else {
          if let block = search(pageBelow: segment.upperBound) {
            offset = Int(block.value % UInt64(page))
            found.append(block)
          }
          rest = rest.dropFirst()
        }
      }
      return found.sorted()
    #else
      return []
    #endif
  }

  /// The first block at or above a stack pointer, in at most this much of the segment.
  func find(above pointer: Address, in segment: Range<Address>, reach: Int) -> Address? {
    #if arch(x86_64)
      var low = pointer.value / UInt64(page) * UInt64(page)
      let end = min(segment.upperBound.value, low.addingReportingOverflow(UInt64(reach)).0)
      while low < end {
        let count = Int(min(16, (end - low) / UInt64(page)))
        guard count > 0 else { return nil }
        for index in 0..<count {
          let high = Address(low + UInt64((index + 1) * page))
          if let block = search(pageBelow: high, from: pointer) { return block }
        }
        low += UInt64(count * page)
      }
    #endif
    return nil
  }

  private func search(pageBelow high: Address, from lowest: Address = Address(0)) -> Address? {
    guard high.value >= UInt64(page) else { return nil }
    let low = Address(high.value - UInt64(page))
    guard let words = read([low], bytes: page)[0] else { return nil }
    // From the top: what lies below may be a copy on the stack.
    for at in stride(from: words.count - 3, through: 0, by: -1) {
      let address = Address(low.value + UInt64(at * 8))
      if address >= lowest, isBlock(words, at: at, address: address) { return address }
    }
    return nil
  }

  private func isBlock(_ words: [UInt64], at index: Int, address: Address) -> Bool {
    address.value % 16 == 0 && index + 2 < words.count && words[index] == address.value
      && words[index + 2] == address.value
  }

  /// Words from each of these addresses; nil where they can't be read.
  private func read(_ addresses: [Address], bytes: Int) -> [[UInt64]?] {
    let words = bytes / 8
    var result = [[UInt64]?](repeating: nil, count: addresses.count)
    let buffer = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: words * addresses.count)
    defer { buffer.deallocate() }
    var done = 0
    while done < addresses.count {
      let rest = addresses[done...].map(\.value)
      let whole = peek(rest, bytes, buffer.baseAddress! + done * words)
      for index in 0..<whole {
        let start = (done + index) * words
        result[done + index] = Array(buffer[start..<start + words])
      }
      // It stops at the first that can't be read: that one is passed over.
      done += whole + (whole < rest.count ? 1 : 0)
    }
    return result
  }
}
