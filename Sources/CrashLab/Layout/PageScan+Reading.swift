internal import CrashLabModel
internal import Glibc

/// `struct pm_scan_arg` (include/uapi/linux/fs.h, kernel 6.7 on), which older headers lack.
private struct ScanRequest {
  var size = UInt64(MemoryLayout<ScanRequest>.size)
  var flags: UInt64 = 0
  var start: UInt64
  var end: UInt64
  var walkEnd: UInt64 = 0
  var vector: UInt64
  var vectorLength: UInt64
  var maximumPages: UInt64 = 0
  var categoryInverted: UInt64 = 0
  var categoryMask: UInt64 = 0
  var categoryAnyOfMask: UInt64
  var returnMask: UInt64

  /// _IOWR('f', 16, struct pm_scan_arg)
  static let request: UInt = 3 << 30 | UInt(MemoryLayout<ScanRequest>.size) << 16 | 0x66 << 8 | 16
}

/// `struct page_region`.
private struct PageRegion {
  var start: UInt64 = 0
  var end: UInt64 = 0
  var categories: UInt64 = 0

  static let present: UInt64 = 1 << 3
  static let swapped: UInt64 = 1 << 4
  /// Kernel 6.16 on.
  static let `guard`: UInt64 = 1 << 8
}

extension ProcessDirectory {
  /// Looks at the pages of these ranges, which are in ascending order.
  ///
  /// - Parameter byCall: uses PAGEMAP_SCAN where the kernel has it.
  func scanPages(
    of ranges: [Range<Address>], pageSize: Int, byCall: Bool = true
  ) throws(SystemError) -> PageScan {
    let pagemap = try system("open", "pagemap of a process in /proc") {
      openat(descriptor, "pagemap", O_RDONLY | O_CLOEXEC)
    }
    defer { close(pagemap) }
    return try PageScan(of: ranges, in: pagemap, pageSize: pageSize, byCall: byCall)
  }
}

extension PageScan {
  /// Looks at the pages of these ranges, which are in ascending order.
  ///
  /// - Parameters:
  ///   - pagemap: of a process in /proc, open.
  ///   - byCall: uses PAGEMAP_SCAN where the kernel has it.
  init(
    of ranges: [Range<Address>], in pagemap: CInt, pageSize: Int, byCall: Bool = true
  ) throws(SystemError) {
    self.init()
    var categories = PageRegion.present | PageRegion.swapped | PageRegion.guard
    var hasScan = byCall
    let room = UnsafeMutableBufferPointer<PageRegion>.allocate(capacity: 4096)
    room.initialize(repeating: PageRegion())
    defer { room.deallocate() }
    for range in ranges {
      var start = range.lowerBound.value
      while hasScan, start < range.upperBound.value {
        var request = ScanRequest(
          start: start, end: range.upperBound.value,
          vector: UInt64(UInt(bitPattern: room.baseAddress)), vectorLength: UInt64(room.count),
          categoryAnyOfMask: categories, returnMask: categories)
        let count = Int(ioctl(pagemap, ScanRequest.request, &request))
        if count < 0 {
          if errno == EINTR { continue }
          // An older kernel: first without hidden guards, then without the call.
          if errno == EINVAL, categories & PageRegion.guard != 0 {
            categories &= ~PageRegion.guard
            continue
          }
          hasScan = false
          break
        }
        for region in room.prefix(count) {
          add(
            low: region.start, high: region.end,
            isGuard: region.categories & PageRegion.guard != 0)
        }
        // It ends where the room did, or at the end of the range.
        start = max(request.walkEnd, start + UInt64(pageSize))
      }
      if start < range.upperBound.value {
        try read(pagemap, Address(start)..<range.upperBound, pageSize: pageSize)
      }
    }
  }

  /// One 64-bit word a page (Documentation/admin-guide/mm/pagemap.rst).
  private mutating func read(
    _ pagemap: CInt, _ range: Range<Address>, pageSize: Int
  ) throws(SystemError) {
    let page = UInt64(pageSize)
    var next = range.lowerBound.value / page
    let end = range.upperBound.value / page
    let room = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 8192)
    defer { room.deallocate() }
    while next < end {
      let wanted = Int(min(UInt64(room.count), end - next))
      let got = try system("read", "pagemap of a process in /proc") {
        pread(pagemap, room.baseAddress, wanted * 8, off_t(next * 8))
      }
      // Nothing above the process's addresses, or nothing since it ended.
      guard got >= 8 else { return }
      add(pagemap: room.prefix(got / 8), from: next, pageSize: page)
      next += UInt64(got / 8)
    }
  }
}
