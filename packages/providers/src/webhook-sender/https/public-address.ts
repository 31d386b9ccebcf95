import { BlockList, isIPv4, isIPv6 } from "node:net";

/**
 * Addresses that are not of the public internet (IANA's special-purpose registries, RFC 6890 and its successors): this machine,
 * private networks, link-local ones (where clouds keep their metadata), shared, documentation, multicast and reserved ranges.
 */
const NOT_PUBLIC = new BlockList();
const IPV4: [string, number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
const IPV6: [string, number][] = [
  // Unspecified, loopback, IPv4-compatible and the translation prefixes that carry an IPv4 address inside.
  ["::", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["5f00::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
];
for (const [address, prefix] of IPV4) NOT_PUBLIC.addSubnet(address, prefix, "ipv4");
for (const [address, prefix] of IPV6) NOT_PUBLIC.addSubnet(address, prefix, "ipv6");

/** True for an IP address that anybody on the internet may be reached by. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !NOT_PUBLIC.check(address, "ipv4");
  // An address with a zone (`fe80::1%eth0`) is of this machine's own networks; BlockList judges ::ffff:0:0/96 by the IPv4 inside.
  return isIPv6(address) && !address.includes("%") && !NOT_PUBLIC.check(address, "ipv6");
}
