--DROP TABLE box_office.hall;
CREATE TABLE IF NOT EXISTS box_office.hall
(
	hallid SMALLINT NOT NULL  ENCODE az64
	,hallname VARCHAR(100)   ENCODE lzo
	,hallcity VARCHAR(30)   ENCODE lzo
	,hallstate CHAR(2)   ENCODE lzo
	,seats INTEGER   ENCODE az64
	,PRIMARY KEY (hallid)
)
DISTSTYLE KEY
 DISTKEY (hallid)
 SORTKEY (
	hallid
	)
;
ALTER TABLE box_office.hall owner to loader;

--DROP TABLE box_office.genre;
CREATE TABLE IF NOT EXISTS box_office.genre
(
	genreid SMALLINT NOT NULL  ENCODE RAW
	,genregroup VARCHAR(10)   ENCODE lzo
	,genrename VARCHAR(10)   ENCODE lzo
	,genredesc VARCHAR(50)  DEFAULT 'none'::character varying ENCODE lzo
	,PRIMARY KEY (genreid)
	,UNIQUE (genregroup, genrename)
)
DISTSTYLE ALL
;
ALTER TABLE box_office.genre owner to loader;

--DROP TABLE box_office.calendar;
CREATE TABLE IF NOT EXISTS box_office.calendar
(
	dateid SMALLINT NOT NULL  ENCODE RAW
	,caldate DATE NOT NULL  ENCODE az64
	,"day" CHAR(3) NOT NULL  ENCODE lzo
	,week SMALLINT NOT NULL  ENCODE az64
	,"month" CHAR(5) NOT NULL  ENCODE lzo
	,qtr CHAR(5) NOT NULL  ENCODE lzo
	,"year" SMALLINT NOT NULL  ENCODE az64
	,holiday BOOLEAN  DEFAULT false ENCODE RAW
	,PRIMARY KEY (dateid)
)
DISTSTYLE EVEN
 SORTKEY (
	dateid
	)
;
ALTER TABLE box_office.calendar owner to loader;

--DROP TABLE box_office.patron;
CREATE TABLE IF NOT EXISTS box_office.patron
(
	patronid INTEGER NOT NULL DEFAULT "identity"(104512, 0, '1,1'::text) ENCODE az64
	,username CHAR(8)   ENCODE lzo
	,firstname VARCHAR(30)   ENCODE bytedict
	,lastname VARCHAR(30)   ENCODE text255
	,email VARCHAR(100)   ENCODE zstd
	,phone CHAR(14)   ENCODE runlength
	,likesopera BOOLEAN   ENCODE RAW
	,likesjazz BOOLEAN   ENCODE RAW
	,joined TIMESTAMP WITHOUT TIME ZONE NOT NULL DEFAULT ('now'::character varying)::timestamp without time zone ENCODE az64
	,seen TIMESTAMP WITH TIME ZONE   ENCODE az64
	,PRIMARY KEY (patronid)
)
DISTSTYLE KEY
 DISTKEY (patronid)
 INTERLEAVED SORTKEY (
	username
	, joined
	)
;
ALTER TABLE box_office.patron owner to loader;

--DROP TABLE box_office.performance;
CREATE TABLE IF NOT EXISTS box_office.performance
(
	performanceid INTEGER NOT NULL  ENCODE az64
	,hallid SMALLINT NOT NULL  ENCODE az64
	,genreid SMALLINT NOT NULL  ENCODE az64
	,dateid SMALLINT NOT NULL  ENCODE RAW
	,title VARCHAR(200)   ENCODE lzo
	,starttime TIMESTAMP WITHOUT TIME ZONE   ENCODE az64
	,doors TIME WITHOUT TIME ZONE   ENCODE az64
	,PRIMARY KEY (performanceid)
)
DISTSTYLE KEY
 DISTKEY (performanceid)
 SORTKEY (
	dateid
	, starttime
	)
;
ALTER TABLE box_office.performance owner to loader;

--DROP TABLE box_office.ticket_sale;
CREATE TABLE IF NOT EXISTS box_office.ticket_sale
(
	saleid BIGINT NOT NULL  ENCODE az64
	,performanceid INTEGER NOT NULL  ENCODE az64
	,buyerid INTEGER NOT NULL  ENCODE az64
	,dateid SMALLINT NOT NULL  ENCODE RAW
	,qtysold SMALLINT NOT NULL  ENCODE mostly8
	,pricepaid NUMERIC(8,2)   ENCODE az64
	,commission NUMERIC(8,2)   ENCODE delta
	,score DOUBLE PRECISION   ENCODE RAW
	,ratio REAL   ENCODE bytedict
	,saletime TIMESTAMP WITHOUT TIME ZONE   ENCODE az64
	,PRIMARY KEY (saleid)
)
DISTSTYLE KEY
 DISTKEY (performanceid)
 SORTKEY (
	dateid
	)
;
ALTER TABLE box_office.ticket_sale owner to loader;
ALTER TABLE box_office.performance ADD FOREIGN KEY (hallid) REFERENCES box_office.hall(hallid);
ALTER TABLE box_office.performance ADD FOREIGN KEY (genreid) REFERENCES box_office.genre(genreid);
ALTER TABLE box_office.ticket_sale ADD CONSTRAINT ticket_sale_performance_fk FOREIGN KEY (performanceid) REFERENCES box_office.performance(performanceid);
ALTER TABLE box_office.ticket_sale ADD CONSTRAINT ticket_sale_buyer_fk FOREIGN KEY (buyerid) REFERENCES box_office.patron(patronid);

--DROP TABLE box_office.listing;
CREATE TABLE IF NOT EXISTS box_office.listing
(
	listid INTEGER NOT NULL  ENCODE az64
	,sellerid INTEGER NOT NULL  ENCODE az64
	,numtickets SMALLINT NOT NULL  ENCODE az64
	,priceperticket NUMERIC(8,2)   ENCODE az64
	,totalprice NUMERIC(10,2)   ENCODE az64
	,listtime TIMESTAMP WITHOUT TIME ZONE   ENCODE RAW
)
DISTSTYLE AUTO
;
ALTER TABLE box_office.listing owner to loader;

-- of a later release: what the view writes for new types
CREATE TABLE IF NOT EXISTS box_office.device_log
(
	device_id CHARACTER(12) NOT NULL ENCODE lzo
	,token BINARY VARYING(64)   ENCODE zstd
	,body SUPER   ENCODE zstd
	,sketch HLLSKETCH   ENCODE RAW
	,place GEOGRAPHY   ENCODE RAW
	,at_zone TIME WITH TIME ZONE   ENCODE az64
	,held INTERVAL DAY TO SECOND   ENCODE az64
	,age INTERVAL YEAR TO MONTH   ENCODE az64
	,flag BOOLEAN NOT NULL DEFAULT true ENCODE RAW
	,ip VARCHAR(45)  COLLATE CASE_INSENSITIVE ENCODE lzo
)
DISTSTYLE EVEN
;
