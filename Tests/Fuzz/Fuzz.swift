import Glibc

/// Which reader this run is for: CRASHLAB_FUZZ, as Tests/Fuzz/run sets it.
private let target: UntrustedInput = {
  let name = getenv("CRASHLAB_FUZZ").map { String(cString: $0) } ?? ""
  guard let target = UntrustedInput(rawValue: name) else {
    fatalError("CRASHLAB_FUZZ must be one of \(UntrustedInput.allCases.map(\.rawValue))")
  }
  return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.read(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}
