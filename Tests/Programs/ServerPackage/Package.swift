// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "server",
  dependencies: [
    .package(name: "crashlab", path: "../../.."),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    .executableTarget(
      name: "server",
      dependencies: [
        .product(name: "CrashLabReporter", package: "crashlab"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ])
  ]
)
