internal import CHarness
internal import CrashLabModel
internal import Glibc

/// Mappings and touched pages of a process, asked for one at a time: it may have very many.
struct TargetPages: ~Copyable {
  private let process: pid_t
  private let maps: CInt
  private let pagemap: CInt
  let pageSize: Int

  init(of process: pid_t, pageSize: Int) throws(SystemError) {
    self.process = process
    self.pageSize = pageSize
    maps = open("/proc/\(process)/maps", O_RDONLY | O_CLOEXEC)
    pagemap = open("/proc/\(process)/pagemap", O_RDONLY | O_CLOEXEC)
    if maps < 0 || pagemap < 0 {
      throw SystemError("open", "maps and pagemap of process \(process) in /proc")
    }
  }

  deinit {
    close(maps)
    close(pagemap)
  }

  /// The mapping that holds an address, without its file; nil if there is none.
  func mapping(at address: Address) -> Mapping? {
    var found = clab_mapping_at()
    let error = clab_mapping_at(maps, address.value, &found)
    if error == 0 {
      return Mapping(
        low: Address(found.low), high: Address(found.high),
        permissions: .init(rawValue: UInt8(truncatingIfNeeded: found.permissions)))
    }
    // A kernel before 6.11 tells all or nothing.
    return error == ENOTTY ? mappings().holding(address) : nil
  }

  /// All of them, in ascending order.
  func mappings() -> [Mapping] {
    readSmallBytes("/proc/\(process)/maps").map { Mapping.parse(maps: $0) } ?? []
  }

  /// The lowest page of the range that was touched; nil if none was, or if the process is gone.
  func lowestTouched(in range: Range<Address>) -> (page: Address, isHuge: Bool)? {
    var page: UInt64 = 0
    var isHuge = false
    let error = clab_lowest_touched(
      pagemap, range.lowerBound.value, range.upperBound.value, &page, &isHuge)
    return error == 0 ? (Address(page), isHuge) : nil
  }

  /// Where the guard ends that the page tables alone know of.
  func endOfHiddenGuard(_ range: Range<Address>) -> Address {
    Address(clab_end_of_hidden_guard(pagemap, range.lowerBound.value, range.upperBound.value))
  }

  /// The lowest guard in the range that the page tables alone know of.
  func nextHiddenGuard(in range: Range<Address>) -> Range<Address>? {
    var found: (UInt64, UInt64) = (0, 0)
    let error = withUnsafeMutableBytes(of: &found) {
      clab_next_hidden_guard(
        pagemap, range.lowerBound.value, range.upperBound.value,
        $0.baseAddress?.assumingMemoryBound(to: UInt64.self))
    }
    guard error == 0, found.0 < found.1 else { return nil }
    let low = max(range.lowerBound, Address(found.0))
    let high = min(range.upperBound, Address(found.1))
    return low < high ? low..<high : nil
  }

  func pageEnd(_ address: Address) -> Address {
    Address((address.value / UInt64(pageSize) &+ 1) &* UInt64(pageSize))
  }
}
