



CREATE SCHEMA fleet;
CREATE SEQUENCE fleet.trip_seq INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START 5012 NO CYCLE;
CREATE TYPE fleet.fuel AS ENUM ( 'petrol', 'diesel', 'electric', 'other; see note' );


CREATE TABLE fleet.vehicles(vehicle_id INTEGER, plate VARCHAR NOT NULL, fuel fleet.fuel, "year" SMALLINT, tags VARCHAR[], PRIMARY KEY(vehicle_id), UNIQUE(plate));
CREATE TABLE fleet.drivers(driver_id INTEGER PRIMARY KEY, "name" VARCHAR NOT NULL, licence ENUM('B', 'C', 'D'), born DATE, contact STRUCT(email VARCHAR, phone VARCHAR));
CREATE TABLE fleet.trips(trip_id BIGINT DEFAULT(nextval('fleet.trip_seq')) PRIMARY KEY, vehicle_id INTEGER NOT NULL, driver_id INTEGER, started TIMESTAMP NOT NULL, ended TIMESTAMP, km DECIMAL(9,1) CHECK((km >= 0)), track STRUCT("at" TIMESTAMP, lat DOUBLE, lon DOUBLE)[], FOREIGN KEY (vehicle_id) REFERENCES fleet.vehicles(vehicle_id), FOREIGN KEY (driver_id) REFERENCES fleet.drivers(driver_id));
CREATE TABLE fleet.fuel_stops(trip_id BIGINT, "no" INTEGER, litres FLOAT, price DECIMAL(6,3), "at" TIMESTAMP WITH TIME ZONE, receipt BLOB, PRIMARY KEY(trip_id, "no"));
CREATE TABLE fleet.geo(id INTEGER, shape GEOMETRY, props JSON, bbox DOUBLE[4], h UBIGINT);
CREATE TABLE fleet."select"("from" INTEGER, "where" VARCHAR, "default" VARCHAR DEFAULT('x;y'), "check" BOOLEAN DEFAULT(CAST('t' AS BOOLEAN)));
CREATE TABLE fleet.maintenance(vehicle_id INTEGER, "day" DATE DEFAULT(current_date), cost DECIMAL(10,2), parts MAP(VARCHAR, INTEGER), "text" VARCHAR, hours DOUBLE, invoice UUID);


CREATE UNIQUE INDEX ux_geo ON fleet.geo(id);
CREATE VIEW fleet.v AS SELECT * FROM fleet.trips;
