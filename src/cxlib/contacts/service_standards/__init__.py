from cxlib.contacts.service_standards.attainment import attainment
