export { AlertList } from "./alert-list";
export { MonitoringPage } from "./monitoring-page";
export { MonitorPage } from "./monitor-page";
